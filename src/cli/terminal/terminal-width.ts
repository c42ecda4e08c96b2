/** The width of the terminal that a command prints to. */

/** Columns of the terminal: COLUMNS, else the terminal's own; undefined if the output is not a terminal. */
export const terminalWidth = (
  stream: { readonly isTTY?: boolean; readonly columns?: number } = process.stdout,
  columns = process.env.COLUMNS,
): number | undefined => {
  const said = Number(columns);
  if (columns !== undefined && Number.isInteger(said) && said >= 1) return said;
  return stream.isTTY === true && stream.columns !== undefined && stream.columns > 0
    ? stream.columns
    : undefined;
};
