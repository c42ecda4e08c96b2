/** The gradient of a scalar function inside of a program: a force from an energy. */

import { closeFragment } from '../../dsl/closing.js';
import { externalsOf, inOrder } from '../../dsl/externals.js';
import { isFlat, isLeafOp } from '../../dsl/op.js';
import type { StateOf } from '../../dsl/scan-types.js';
import { showShape } from '../../dsl/shape.js';
import { type Expr, isPrimitive, isTensor, refuse, shapeOf, type Tensor, tensor } from '../../dsl/tensor.js';
import { functionOf, recordOf } from '../../dsl/untyped.js';
import { activeNodes } from './activity.js';
import { add, affine, filled, zerosOf } from './raw.js';
import { namedSources, retrace } from './retrace.js';
import { vjpRule } from './rules/vjp-rules.js';
import { vjpNodes } from './vjp-graph.js';

const here = 'gradient';

/**
 * The gradient of a scalar function of a tensor, or of each field of a state, as tensors of the same shapes: with it the
 * step of a scan follows a learned energy, such as a Hamiltonian. It is made of the operations of the language, so it is
 * trained, differentiated again and fused like what a person writes. What the function uses from outside counts as
 * constant.
 *
 * A scan that depends on the argument is run with its states recorded, and back: the gradient of where a trajectory leads,
 * by where it begins.
 *
 * Refuses a function that does not give a scalar, and one with a batch norm that depends on its argument.
 *
 * @example
 * const energy = (q: Tensor<readonly [64]>) => scale(0.5, sum(0)(square(sin(q))));
 * const force = gradient(energy)(zeros(64));   // Tensor<readonly [64]>
 *
 * @example
 * const hamiltonian = ({ q, p }: { q: Tensor<readonly [8]>; p: Tensor<readonly [8]> }) =>
 *   scale(0.5, add(sum(0)(square(p)), sum(0)(square(q))));
 * const { q, p } = gradient(hamiltonian)({ q: ones(8), p: zeros(8) });
 * const velocity = p;   // Tensor<readonly [8]>
 */
export const gradient =
  <X extends Tensor | StateOf>(f: (x: X) => Tensor<readonly []>) =>
  (x: X): X => {
    functionOf(here, 'what is differentiated', f);
    // An expression of its own for each variable, so that two fields of one value are told apart.
    const fresh = (given: Tensor): Tensor => tensor({ ...given.expr });
    if (isTensor(x)) {
      const at = fresh(x);
      const [slope] = slopes(f(Object.assign({}, x, at)), [at]);
      return Object.assign({}, x, slope);
    }
    const state: unknown = recordOf(here, 'a state', x);
    const fields = Object.entries(isState(state) ? state : {}).map(
      ([name, given]): readonly [string, Tensor] => [name, fresh(given)],
    );
    const found = slopes(
      f(Object.assign({}, x, Object.fromEntries(fields))),
      fields.map(([, at]) => at),
    );
    return Object.assign({}, x, Object.fromEntries(fields.map(([name], i) => [name, found[i]])));
  };

/** Files run without type checks: what else a field may hold is refused where it is used. */
const isState = (u: unknown): u is StateOf => typeof u === 'object' && u !== null;

/** What an expression reads: its inputs, and what the step of a scan uses from outside. */
const readBy = ({ op, inputs }: Expr): readonly Expr[] =>
  op.op === 'scan' ? [...inputs, ...externalsOf(op)] : inputs;

const slopes = (y: Tensor, variables: readonly Tensor[]): readonly Tensor[] => {
  const shape = shapeOf(y);
  if (shape.length > 0)
    return refuse(here, `the function must give a scalar, got ${showShape(shape)}; sum over its axes`);
  const reached = new Set<Expr>(variables.map(({ expr }) => expr));
  const order = inOrder([y.expr], (expr) => !reached.has(expr));
  for (const expr of order)
    if (readBy(expr).some((read) => reached.has(read)) && !isStill(expr)) reached.add(expr);
  if ([...reached].some(({ op }) => op.op === 'batchNorm'))
    return refuse(here, 'the function has a batch norm, whose statistics are of all samples');
  const given = new Set(variables.map(({ expr }) => expr));
  if (order.some((expr) => expr.op.op === 'scan' && reached.has(expr)))
    return slopesOfScans(y, variables, (expr) => given.has(expr) || !reached.has(expr));
  const cotangents = new Map<Expr, Tensor>(reached.has(y.expr) ? [[y.expr, filled(1, [])]] : []);
  for (const expr of [...order].reverse()) {
    const cotangent = cotangents.get(expr);
    if (cotangent === undefined || given.has(expr)) continue;
    cotangentsOf(expr, cotangent, reached).forEach((amount, i) => {
      const input = expr.inputs[i];
      if (amount === undefined || !reached.has(input)) return;
      const already = cotangents.get(input);
      cotangents.set(input, already === undefined ? amount : add(already, amount));
    });
  }
  return variables.map((variable) => cotangents.get(variable.expr) ?? zerosOf(shapeOf(variable)));
};

/** The same where scans depend on the variables: the expressions become nodes, and these are traced again and back. */
const slopesOfScans = (
  y: Tensor,
  variables: readonly Tensor[],
  isLeaf: (expr: Expr) => boolean,
): readonly Tensor[] => {
  const { nodes, numbers, leaves, owners } = closeFragment(y.expr, isLeaf);
  const own = namedSources();
  // Noise stays that of the layer which drew it.
  const sources = { ...own, noise: (name: string) => owners.get(name) ?? own.noise(name) };
  const given = new Set(variables.map(({ expr }) => expr));
  const at = numbers.get(y.expr);
  const values = retrace(
    nodes,
    (op) => (op.op === 'external' ? tensor(leaves[op.index]) : zerosOf([])),
    sources,
  );
  const active = activeNodes(nodes, (op) => op.op === 'external' && given.has(leaves[op.index]));
  const seeds = new Map(at === undefined ? [] : [[at, filled(1, [])]]);
  const cotangents = vjpNodes(nodes, values, active, seeds, sources);
  return variables.map((variable) => {
    const number = numbers.get(variable.expr);
    const found = number === undefined ? undefined : cotangents.get(number);
    return found ?? zerosOf(shapeOf(variable));
  });
};

/** Whether a value has no slope, whatever it reads. */
const isStill = ({ op }: Expr): boolean => op.op === 'noise' || (isPrimitive(op) && isFlat(op));

const cotangentsOf = (
  expr: Expr,
  cotangent: Tensor,
  reached: ReadonlySet<Expr>,
): readonly (Tensor | undefined)[] => {
  const { op, inputs } = expr;
  if (!isPrimitive(op) || isLeafOp(op)) return [];
  if (op.op === 'constant' || op.op === 'take' || op.op === 'batchNorm') return [];
  return vjpRule(
    op,
    inputs.map((input) => tensor(input)),
    tensor(expr),
    cotangent,
    inputs.map((input) => reached.has(input)),
  ).map((amount) => (amount === undefined ? undefined : plain(amount)));
};

/** The number that a tensor is everywhere, if it is written as one. */
const numberOf = ({ op }: Expr): number | undefined =>
  op.op === 'constant' && typeof op.value === 'number' ? op.value : undefined;

/** k x; of a multiple of something, the multiple of that. */
const multiple = (k: number, x: Tensor): Tensor => {
  const { op, inputs } = x.expr;
  const both = op.op === 'affine' && op.shift === 0 ? k * op.scale : 0;
  // A product of numbers must be one that an engine can hold.
  if (both !== 0 && Number.isFinite(Math.fround(both))) return multiple(both, tensor(inputs[0]));
  const value = numberOf(x.expr);
  if (value !== undefined) return filled(k * value, shapeOf(x));
  return k === 1 ? x : affine(k, x);
};

/**
 * A cotangent without what follows from the 1 that it begins with: the slope of z^2 / 2 is z. So a step is as short as one
 * that a person writes, and laws read it as one. What reaches deeper than a rule writes is plain already.
 */
const plain = (x: Tensor, depth = 3): Tensor => {
  if (depth === 0) return x;
  const { op, inputs } = x.expr;
  const [a, b] = inputs;
  switch (op.op) {
    case 'affine':
      return op.shift === 0 ? multiple(op.scale, plain(tensor(a), depth - 1)) : x;
    case 'broadcast': {
      const value = numberOf(plain(tensor(a), depth - 1).expr);
      return value === undefined ? x : filled(value, op.shape);
    }
    case 'reshape': {
      const value = numberOf(plain(tensor(a), depth - 1).expr);
      return value === undefined ? x : filled(value, op.shape);
    }
    case 'zip': {
      if (op.fn !== 'mul') return x;
      const [one, other] = [plain(tensor(a), depth - 1), plain(tensor(b), depth - 1)];
      const [k, l] = [numberOf(one.expr), numberOf(other.expr)];
      const whole = (y: Tensor): boolean => showShape(shapeOf(y)) === showShape(shapeOf(x));
      if (k !== undefined && whole(other)) return multiple(k, other);
      return l !== undefined && whole(one) ? multiple(l, one) : x;
    }
    default:
      return x;
  }
};
