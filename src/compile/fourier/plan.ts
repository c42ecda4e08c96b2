/**
 * How a Fourier transform of any length is computed by products of matrices, which every engine does well: at once where it
 * is short, by two shorter ones where its length is a product (Cooley and Tukey 1965), and as a convolution whose length is
 * a power of two where it has a large prime factor (Bluestein 1970).
 */

/** The way to the transform of n numbers. */
export type FourierPlan =
  | { readonly kind: 'matrix'; readonly n: number }
  | {
      readonly kind: 'split';
      readonly n: number;
      readonly first: FourierPlan;
      readonly second: FourierPlan;
    }
  | { readonly kind: 'chirp'; readonly n: number; readonly inner: FourierPlan };

/** A longer transform is not computed by one matrix, which would take more than 4 MB. */
const longestMatrix = 512;

/** The cost of moving and multiplying the numbers between two transforms, in multiplications per complex number. */
const between = 400;

interface Priced {
  readonly plan: FourierPlan;
  /** Approximate multiplications per complex number. */
  readonly price: number;
}

const known = new Map<number, Priced>();

const cheaper = (a: Priced, b: Priced): Priced => (b.price < a.price ? b : a);

/** The smallest power of two from n on. */
const powerFrom = (n: number): number => 2 ** Math.ceil(Math.log2(n));

const matrix = (n: number): Priced => ({
  plan: { kind: 'matrix', n },
  price: n > longestMatrix ? Number.POSITIVE_INFINITY : 4 * n,
});

const splits = (n: number): readonly Priced[] => {
  const found: Priced[] = [];
  for (let a = 2; a * a <= n; a++) {
    if (n % a !== 0) continue;
    const [first, second] = [priced(a), priced(n / a)];
    found.push({
      plan: { kind: 'split', n, first: first.plan, second: second.plan },
      price: first.price + second.price + between,
    });
  }
  return found;
};

const chirp = (n: number): Priced => {
  const inner = priced(powerFrom(2 * n - 1));
  return {
    plan: { kind: 'chirp', n, inner: inner.plan },
    price: (inner.plan.n / n) * (2 * inner.price + between) + between,
  };
};

const isPower = (n: number): boolean => powerFrom(n) === n;

const priced = (n: number): Priced => {
  const before = known.get(n);
  if (before !== undefined) return before;
  const direct = splits(n).reduce(cheaper, matrix(n));
  const found = isPower(n) || n <= longestMatrix ? direct : cheaper(direct, chirp(n));
  known.set(n, found);
  return found;
};

/** The cheapest way to the transform of n numbers, n at least 1. */
export const fourierPlan = (n: number): FourierPlan => priced(n).plan;

/**
 * A bound of the error of each mode, in roundings of the sum of all |x|, a complex number counted as |re| + |im|:
 * each intermediate number is at most that sum. A convolution by chirps passes through a kernel whose modes have root
 * mean square sqrt(2 n).
 */
export const fourierRoundings = (plan: FourierPlan): number => {
  switch (plan.kind) {
    case 'matrix':
      return 2 * plan.n + 2;
    case 'split':
      return 1.5 * (fourierRoundings(plan.first) + fourierRoundings(plan.second)) + 8;
    case 'chirp':
      return Math.sqrt(2 * plan.n) * (3 * fourierRoundings(plan.inner) + 8) + 8;
  }
};
