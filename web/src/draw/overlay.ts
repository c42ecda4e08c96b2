/** Draws a line over a field, around the sites that a pixel can know of by now. */

/** Draws the border of the sites where `inside` holds; units are sites. */
export const outline = (
  context: CanvasRenderingContext2D,
  scale: number,
  size: number,
  inside: (site: number) => boolean,
): void => {
  const path = new Path2D();
  const at = (row: number, column: number): boolean =>
    row >= 0 && column >= 0 && row < size && column < size && inside(row * size + column);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      if (!at(row, column)) continue;
      const sides: readonly (readonly [boolean, number, number, number, number])[] = [
        [at(row - 1, column), column, row, column + 1, row],
        [at(row + 1, column), column, row + 1, column + 1, row + 1],
        [at(row, column - 1), column, row, column, row + 1],
        [at(row, column + 1), column + 1, row, column + 1, row + 1],
      ];
      for (const [joined, x0, y0, x1, y1] of sides)
        if (!joined) {
          path.moveTo(x0, y0);
          path.lineTo(x1, y1);
        }
    }
  context.strokeStyle = '#000';
  context.lineWidth = 4 / scale;
  context.stroke(path);
  context.strokeStyle = '#fff';
  context.lineWidth = 2 / scale;
  context.stroke(path);
};

/** Draws a ring around the probed pixel. */
export const markProbe = (
  context: CanvasRenderingContext2D,
  scale: number,
  [row, column]: readonly [number, number],
): void => {
  for (const [style, width] of [
    ['#000', 4],
    ['#fff', 2],
  ] as const) {
    context.strokeStyle = style;
    context.lineWidth = width / scale;
    context.strokeRect(column - 0.25, row - 0.25, 1.5, 1.5);
  }
};
