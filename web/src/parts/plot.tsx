/** Small plots: lines over an axis, and shares that add up to one. */

export interface Line {
  readonly name: string;
  readonly values: ArrayLike<number>;
  readonly colour: string;
}

interface Axes {
  readonly label: string;
  /** The value at the left and at the right end of the horizontal axis. */
  readonly from: number;
  readonly to: number;
  readonly unit: string;
  /** The position of "now" on the axis. */
  readonly now?: number | undefined;
  readonly height?: number;
}

interface LinesProps extends Axes {
  readonly lines: readonly Line[];
  readonly low?: number;
  readonly high?: number;
  /** The quantity of the vertical axis. */
  readonly of: string;
}

const width = 320;
const left = 34;
const right = 6;
const top = 8;
const bottom = 30;

/** A number in a few characters. */
export const short = (value: number): string => {
  const far = Math.abs(value);
  if (far === 0) return '0';
  if (far >= 10_000 || far < 0.001) return value.toExponential(0).replace('e+', 'e');
  return `${Number(value.toPrecision(far >= 100 ? 3 : 2))}`;
};

const ends = (lines: readonly Line[]): readonly [number, number] => {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { values } of lines)
    for (let i = 0; i < values.length; i++)
      if (Number.isFinite(values[i])) {
        low = Math.min(low, values[i]);
        high = Math.max(high, values[i]);
      }
  return low > high ? [0, 1] : low === high ? [low - 1, high + 1] : [low, high];
};

const Frame = ({
  from,
  to,
  unit,
  now,
  height,
  low,
  high,
  of,
}: Axes & { height: number; low: number; high: number; of: string }) => {
  const across = (x: number): number => left + ((x - from) / (to - from || 1)) * (width - left - right);
  const base = height - bottom;
  return (
    <>
      <path class="axis" d={`M${left} ${top}V${base}H${width - right}`} />
      <text x={left - 4} y={top + 4} text-anchor="end" dominant-baseline="middle">
        {short(high)}
      </text>
      <text x={left - 4} y={base} text-anchor="end" dominant-baseline="middle">
        {short(low)}
      </text>
      <text x={left} y={base + 13}>
        {short(from)}
      </text>
      <text x={width - right} y={base + 13} text-anchor="end">
        {short(to)}
      </text>
      <text x={(left + width - right) / 2} y={height - 4} text-anchor="middle">
        {unit}
      </text>
      <text x={8} y={(top + base) / 2} text-anchor="middle" transform={`rotate(-90 8 ${(top + base) / 2})`}>
        {of}
      </text>
      {now === undefined ? null : <path class="now" d={`M${across(now).toFixed(1)} ${top}V${base}`} />}
    </>
  );
};

/** Lines over one axis; NaN is a gap. */
export const Lines = ({ label, lines, from, to, unit, of, now, height = 132, low, high }: LinesProps) => {
  const [least, most] = ends(lines);
  const [bottomValue, topValue] = [low ?? least, high ?? most];
  const base = height - bottom;
  const pathOf = (values: ArrayLike<number>): string => {
    let path = '';
    let pen = false;
    const last = Math.max(1, values.length - 1);
    // no more points than the picture can show
    const stride = Math.max(1, Math.floor(values.length / 600));
    for (let i = 0; i < values.length; i += stride) {
      const value = values[i];
      if (!Number.isFinite(value)) {
        pen = false;
        continue;
      }
      const x = left + (i / last) * (width - left - right);
      const share = (value - bottomValue) / (topValue - bottomValue || 1);
      const y = base - Math.min(1.02, Math.max(-0.02, share)) * (base - top);
      path += `${pen ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
      pen = true;
    }
    return path;
  };
  return (
    <svg class="plot" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <Frame label={label} {...{ from, to, unit, of, now, height }} low={bottomValue} high={topValue} />
      {lines.map(({ name, values, colour }) => (
        <path key={name} class="line" d={pathOf(values)} style={{ stroke: colour }} />
      ))}
    </svg>
  );
};

interface SharesProps extends Axes {
  /** [rows, kinds], each row adds up to 1. */
  readonly shares: ArrayLike<number>;
  readonly rows: number;
  /** The number of rows that the axis has room for. */
  readonly room: number;
  readonly colours: readonly string[];
}

/** Shares over time, one band above the other. */
export const Shares = ({
  label,
  shares,
  rows,
  room,
  colours,
  from,
  to,
  unit,
  now,
  height = 132,
}: SharesProps) => {
  const kinds = colours.length;
  const base = height - bottom;
  const across = (row: number): number =>
    left + (room <= 1 ? row : row / (room - 1)) * (width - left - right);
  const drawn = rows === 1 ? [0, room <= 1 ? 1 : 0] : Array.from({ length: rows }, (_, row) => row);
  const rowOf = (i: number): number => (rows === 1 ? 0 : i);
  const under = Array.from({ length: rows }, () => 0);
  const bands = colours.map((colour, kind) => {
    const lower = [...under];
    for (let row = 0; row < rows; row++) under[row] += shares[row * kinds + kind];
    const point = (at: number, i: number, heights: readonly number[]): string =>
      `${across(at).toFixed(1)} ${(base - heights[rowOf(i)] * (base - top)).toFixed(1)}`;
    const up = drawn.map((at, i) => point(at, i, under));
    const back = drawn.map((at, i) => point(at, i, lower)).reverse();
    return <path key={colour} d={rows === 0 ? '' : `M${[...up, ...back].join('L')}Z`} fill={colour} />;
  });
  return (
    <svg class="plot" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {bands}
      <Frame label={label} {...{ from, to, unit, now, height }} low={0} high={1} of="share" />
    </svg>
  );
};
