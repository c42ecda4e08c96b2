/** Results that are computed once for each object. */

/** The same function, which computes each result once and keeps it as long as its argument lives. */
export const remembered = <K extends object, V>(f: (key: K) => V): ((key: K) => V) => {
  const known = new WeakMap<K, { readonly value: V }>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before.value;
    const value = f(key);
    known.set(key, { value });
    return value;
  };
};
