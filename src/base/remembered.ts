/** Results that are computed once for each object, or once for each object and what else is given. */

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

/** As `remembered`, of a function that takes more than the object: `keyOf` tells apart what else it takes. */
export const rememberedBy = <K extends object, A extends readonly unknown[], V>(
  keyOf: (...more: A) => string | number,
  f: (object: K, ...more: A) => V,
): ((object: K, ...more: A) => V) => {
  const resultsOf = remembered((_: K) => new Map<string | number, { readonly value: V }>());
  return (object, ...more) => {
    const results = resultsOf(object);
    const key = keyOf(...more);
    const before = results.get(key);
    if (before !== undefined) return before.value;
    const value = f(object, ...more);
    results.set(key, { value });
    return value;
  };
};
