/** Shares of classes in a line. */

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** The most classes that are named in one line. */
const most = 24;

/**
 * The shares as one line; of many classes only the most frequent ones that occur.
 *
 * @param what the word for an item without a class: 'pixel', 'sample'
 *
 * @example
 * sharesText([0.75, 0.25], ['background', 'wave'], 'pixel')   // 'background 75.00 %, wave 25.00 %'
 */
export const sharesText = (shares: readonly number[], classes: readonly string[], what: string): string => {
  const all = shares.map((share, k) => ({ share, text: `${classes[k]} ${percent(share)}` }));
  if (all.length <= most) return all.map(({ text }) => text).join(', ');
  const there = all.filter(({ share }) => share > 0);
  const floor = there.length <= most ? 0 : there.map(({ share }) => share).sort((a, b) => b - a)[most - 1];
  const shown = there.filter(({ share }) => share >= floor).slice(0, most);
  const rarer = there.length - shown.length;
  const without = all.length - there.length;
  return [
    ...shown.map(({ text }) => text),
    ...(rarer === 0 ? [] : [`${rarer} classes that are no more frequent`]),
    ...(without === 0 ? [] : [`${without} classes without a ${what}`]),
  ].join(', ');
};
