/** Rows of text as columns. */

/**
 * Lines whose columns are as wide as their widest entry, two spaces apart, without spaces at their ends.
 *
 * @param right columns whose entries end at the same place, such as numbers; all others begin at the same place
 *
 * @example
 * aligned([['model', 'steps'], ['nwm', '50']], [1]); // => ['model  steps', 'nwm       50']
 */
export const aligned = (
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): readonly string[] => {
  const widths = rows.reduce<readonly number[]>(
    (known, row) => row.map((entry, column) => Math.max(known[column] ?? 0, entry.length)),
    [],
  );
  return rows.map((row) =>
    row
      .map((entry, column) =>
        right.includes(column) ? entry.padStart(widths[column]) : entry.padEnd(widths[column]),
      )
      .join('  ')
      .trimEnd(),
  );
};
