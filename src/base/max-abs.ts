/** The largest absolute value of some numbers. */

/** The largest |v|: 0 if there are none, NaN if one of them is NaN. */
export const maxAbs = (values: ArrayLike<number>): number => {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
};
