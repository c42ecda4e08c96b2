/**
 * What each primitive does to shapes: the authority, whatever the types said.
 *
 * The same function runs when an expression is written, when a program is closed and when one is read from a file,
 * so that no interpreter ever meets a graph whose shapes are wrong.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Body, Boundary, Node, Op, OpOf, ScanOp } from './op.js';
import { bins, ceilDiv, type Shape, sameShape, show, upsampled, volume, windows } from './shape.js';

/** What is known of a value before it is computed. */
export interface Facts {
  readonly shape: Shape;
  /** Whether it differs from sample to sample; parameters and what is made of them alone do not. */
  readonly perSample: boolean;
}

/** What the leaves of a scan's body stand for. */
export interface Leaves {
  readonly state: Readonly<Record<string, Facts>>;
  readonly elements: readonly Facts[];
  readonly externals: readonly Facts[];
}

type Checked = E.Either<string, Shape>;

const when = (holds: boolean, message: () => string): E.Either<string, void> =>
  holds ? E.right(undefined) : E.left(message());

/** Every size whole and at least 1: an empty or fractional axis is a mistake wherever it comes from. */
const positive = (shape: Shape): Checked =>
  shape.every((n) => Number.isSafeInteger(n) && n >= 1)
    ? E.right(shape)
    : E.left(`every size must be a whole number of at least 1, got ${show(shape)}`);

const rank = (shape: Shape, n: number, what: string): E.Either<string, void> =>
  when(shape.length === n, () => `${what} must have ${n} axes, got ${show(shape)}`);

/** The facts of an operation's result, or one sentence on what is wrong. */
export const infer = (op: Op, inputs: readonly Facts[], leaves?: Leaves): E.Either<string, Facts> =>
  pipe(
    arity(op, inputs.length),
    E.chain(() => inferShape(op, inputs, leaves)),
    E.chain(positive),
    E.chain((shape) =>
      pipe(
        sharedWeights(op, inputs),
        E.map(() => ({ shape, perSample: perSample(op, inputs, leaves) })),
      ),
    ),
  );

/** The numbers of inputs that each operation takes: [least, most]. */
const arities = (op: Op): readonly [number, number] => {
  switch (op.op) {
    case 'input':
    case 'parameter':
    case 'constant':
    case 'state':
    case 'element':
    case 'external':
    case 'clock':
      return [0, 0];
    case 'zip':
      return [2, 2];
    case 'conv':
    case 'convTranspose':
    case 'dense':
    case 'recurrence':
      return [2, 3];
    case 'batchNorm':
      return [5, 5];
    case 'concat':
      return [1, Number.POSITIVE_INFINITY];
    case 'scan':
      return [op.fields.length + op.sequences, Number.POSITIVE_INFINITY];
    default:
      return [1, 1];
  }
};

const arity = (op: Op, count: number): E.Either<string, void> => {
  const [least, most] = arities(op);
  return when(count >= least && count <= most, () => `takes ${least} to ${most} inputs, got ${count}`);
};

const perSample = (op: Op, inputs: readonly Facts[], leaves: Leaves | undefined): boolean => {
  switch (op.op) {
    case 'input':
    case 'state':
    case 'element':
    case 'noise':
    case 'scan':
    case 'take':
      return true;
    case 'external':
      return leaves?.externals[op.index]?.perSample ?? true;
    default:
      return inputs.some((input) => input.perSample);
  }
};

/** Weights are the same for all samples of a batch; the compilers rely on it. */
const sharedWeights = (op: Op, inputs: readonly Facts[]): E.Either<string, void> => {
  const weighted = ['conv', 'convTranspose', 'dense', 'batchNorm'].includes(op.op);
  return when(
    !(weighted && inputs.slice(1).some((input) => input.perSample)),
    () => 'its weights depend on the sample; weights must be made of parameters and constants alone',
  );
};

const inferShape = (op: Op, inputs: readonly Facts[], leaves: Leaves | undefined): Checked => {
  const shapes = inputs.map((input) => input.shape);
  const [x, y] = shapes;
  switch (op.op) {
    case 'input':
    case 'parameter':
      return E.right(op.shape);
    case 'noise':
      return pipe(
        when(x.length === 0, () => 'its input must be the clock of a scan'),
        E.map(() => op.shape),
      );
    case 'constant':
      return typeof op.value === 'number' || op.value.length === volume(op.shape)
        ? E.right(op.shape)
        : E.left(`${op.value.length} numbers do not fill ${show(op.shape)}`);
    case 'state':
      return leaf(leaves?.state[op.field], `the state field '${op.field}'`);
    case 'element':
      return leaf(leaves?.elements[op.sequence], `driving sequence ${op.sequence}`);
    case 'external':
      return leaf(leaves?.externals[op.index], `external ${op.index}`);
    case 'clock':
      return leaves === undefined ? E.left('the clock stands only in the step of a scan') : E.right([]);
    case 'map':
    case 'affine':
      return E.right(x);
    case 'zip':
      if (x.length === 0) return E.right(y);
      return y.length === 0 || sameShape(x, y) ? E.right(x) : E.left(`expected ${show(x)}, got ${show(y)}`);
    case 'conv':
      return convShape(op, shapes);
    case 'convTranspose':
      return transposedShape(op, shapes);
    case 'dense':
      return denseShape(shapes);
    case 'pool':
      return poolShape(op, x);
    case 'concat':
      return concatShape(op, shapes);
    case 'slice':
      return sliceShape(op, x);
    case 'reshape':
      return volume(op.shape) === volume(x)
        ? E.right(op.shape)
        : E.left(`${show(x)} has ${volume(x)} elements, ${show(op.shape)} has ${volume(op.shape)}`);
    case 'transpose':
      return sameShape(
        [...op.axes].sort((a, b) => a - b),
        x.map((_, i) => i),
      )
        ? E.right(op.axes.map((axis) => x[axis]))
        : E.left(`${show(op.axes)} is not a permutation of the axes of ${show(x)}`);
    case 'reverse':
      return pipe(
        axesOf(op.axes, x),
        E.map(() => x),
      );
    case 'broadcast':
      return op.shape.length === x.length && x.every((n, i) => n === 1 || n === op.shape[i])
        ? E.right(op.shape)
        : E.left(`${show(x)} does not broadcast to ${show(op.shape)}: only axes of size 1 are repeated`);
    case 'reduce':
      return pipe(
        axesOf(op.axes, x),
        E.map(() => x.filter((_, axis) => !op.axes.includes(axis))),
      );
    case 'spectrum':
      return x.length >= 1
        ? E.right([bins(x[0]), ...x.slice(1)])
        : E.left('a scalar has no time axis to take the spectrum of');
    case 'batchNorm':
      return batchNormShape(shapes, leaves !== undefined);
    case 'recurrence':
      return recurrenceShape(op, shapes);
    case 'scan':
      return scanShape(op, inputs);
    case 'take':
      return E.left('take must follow a scan');
  }
};

const leaf = (facts: Facts | undefined, what: string): Checked =>
  facts === undefined ? E.left(`${what} does not exist here`) : E.right(facts.shape);

const axesOf = (axes: Shape, x: Shape): E.Either<string, void> =>
  when(
    new Set(axes).size === axes.length && axes.every((axis) => axis < x.length),
    () => `axes ${show(axes)} are not different axes of ${show(x)}`,
  );

const biasFits = (bias: Shape | undefined, channels: number): E.Either<string, void> =>
  when(bias === undefined || sameShape(bias, [channels]), () =>
    bias === undefined ? '' : `the bias must be [${channels}], got ${show(bias)}`,
  );

const convShape = (op: OpOf<'conv'>, [x, w, bias]: readonly Shape[]): Checked => {
  const spatial = x.slice(0, -1);
  const kernel = w.slice(0, -2);
  const [inside, outside] = w.slice(-2);
  const channels = x[x.length - 1];
  const out = op.depthwise ? inside * outside : outside;
  return pipe(
    when(
      x.length === w.length - 1 && (x.length === 2 || x.length === 3),
      () =>
        `a field of ${show(x)} and a kernel of ${show(w)} do not go together; fields are [H,W,C] or [L,C]`,
    ),
    E.chain(() =>
      when(channels === inside, () => `the kernel ${show(w)} expects ${inside} channels, got ${show(x)}`),
    ),
    E.chain(() => strides(op.stride, spatial)),
    E.chain(() => boundaryFits(op.boundary, spatial, kernel)),
    E.chain(() => biasFits(bias, out)),
    E.map(() => [
      ...spatial.map((n, axis) =>
        op.boundary === 'none' ? windows(n, kernel[axis], op.stride[axis]) : ceilDiv(n, op.stride[axis]),
      ),
      out,
    ]),
  );
};

const strides = (stride: Shape, spatial: Shape): E.Either<string, void> =>
  when(
    stride.length === spatial.length && stride.every((s) => s >= 1),
    () => `the stride must have ${spatial.length} sizes of at least 1, got ${show(stride)}`,
  );

/** A mirror cannot reach beyond the field, a ring not beyond one turn; without a boundary the kernel must fit. */
const boundaryFits = (boundary: Boundary, spatial: Shape, kernel: Shape): E.Either<string, void> => {
  const reach = kernel.map((k) => Math.floor(k / 2));
  const fits = (limit: (n: number) => number): boolean => spatial.every((n, i) => reach[i] <= limit(n));
  if (boundary === 'none')
    return when(
      spatial.every((n, i) => kernel[i] <= n),
      () => `a window of ${show(kernel)} does not fit a field of ${show(spatial)}`,
    );
  if (boundary === 'circular' || boundary === 'reflect') {
    const limit = boundary === 'circular' ? (n: number) => n : (n: number) => n - 1;
    return when(
      fits(limit),
      () => `a kernel of ${show(kernel)} is too wide for the ${boundary} boundary of ${show(spatial)}`,
    );
  }
  return E.right(undefined);
};

const transposedShape = (op: OpOf<'convTranspose'>, [x, w, bias]: readonly Shape[]): Checked => {
  const spatial = x.slice(0, -1);
  const [outside, inside] = w.slice(-2);
  return pipe(
    when(
      x.length === w.length - 1 && (x.length === 2 || x.length === 3),
      () => `a field of ${show(x)} and a kernel of ${show(w)} do not go together`,
    ),
    E.chain(() =>
      when(
        x[x.length - 1] === inside,
        () => `the kernel ${show(w)} expects ${inside} channels, got ${show(x)}`,
      ),
    ),
    E.chain(() => strides(op.stride, spatial)),
    E.chain(() => biasFits(bias, outside)),
    E.map(() => [...spatial.map((n, i) => upsampled(n, w[i], op.stride[i])), outside]),
  );
};

const denseShape = ([x, w, bias]: readonly Shape[]): Checked =>
  pipe(
    rank(w, 2, 'the weight'),
    E.chain(() =>
      when(
        x.length >= 1 && x[x.length - 1] === w[0],
        () => `the weight ${show(w)} expects ${w[0]} features on the last axis, got ${show(x)}`,
      ),
    ),
    E.chain(() => biasFits(bias, w[1])),
    E.map(() => [...x.slice(0, -1), w[1]]),
  );

const poolShape = (op: OpOf<'pool'>, x: Shape): Checked => {
  const spatial = x.slice(0, -1);
  return pipe(
    when(x.length === 2 || x.length === 3, () => `pooling takes fields [H,W,C] or [L,C], got ${show(x)}`),
    E.chain(() => strides(op.stride, spatial)),
    E.chain(() =>
      when(
        op.size.length === spatial.length && op.size.every((k, i) => k >= 1 && k <= spatial[i]),
        () => `a window of ${show(op.size)} does not fit a field of ${show(spatial)}`,
      ),
    ),
    E.map(() => [...spatial.map((n, i) => windows(n, op.size[i], op.stride[i])), x[x.length - 1]]),
  );
};

const concatShape = (op: OpOf<'concat'>, shapes: readonly Shape[]): Checked => {
  const [first] = shapes;
  const others = (shape: Shape): Shape => shape.filter((_, axis) => axis !== op.axis);
  const misfit = shapes.find(
    (shape) => shape.length !== first.length || !sameShape(others(shape), others(first)),
  );
  if (op.axis >= first.length) return E.left(`axis ${op.axis} is not an axis of ${show(first)}`);
  if (misfit !== undefined)
    return E.left(`${show(misfit)} does not join ${show(first)} along axis ${op.axis}`);
  const total = shapes.reduce((sum, shape) => sum + shape[op.axis], 0);
  return E.right(first.map((n, axis) => (axis === op.axis ? total : n)));
};

const sliceShape = (op: OpOf<'slice'>, x: Shape): Checked =>
  op.begin.length === x.length &&
  op.size.length === x.length &&
  x.every((n, i) => op.begin[i] + op.size[i] <= n)
    ? E.right(op.size)
    : E.left(`from ${show(op.begin)}, ${show(op.size)} elements do not lie inside ${show(x)}`);

const batchNormShape = ([x, ...statistics]: readonly Shape[], inScan: boolean): Checked => {
  const channels = x[x.length - 1];
  if (inScan)
    return E.left('batch statistics cannot be taken inside the step of a scan; normalise before it');
  const misfit = statistics.find((shape) => !sameShape(shape, [channels]));
  return misfit === undefined
    ? E.right(x)
    : E.left(`scale, shift and statistics must be [${channels}], got ${show(misfit)}`);
};

const recurrenceShape = (op: OpOf<'recurrence'>, [a, b, h0]: readonly Shape[]): Checked => {
  const n = b[b.length - 1];
  const expected = op.kind === 'diagonal' ? b : [...b, n];
  if (b.length < (op.kind === 'diagonal' ? 1 : 2)) return E.left(`${show(b)} has no time axis`);
  if (!sameShape(a, expected))
    return E.left(`the factors must be ${show(expected)} for inputs of ${show(b)}, got ${show(a)}`);
  return h0 === undefined || sameShape(h0, b.slice(1))
    ? E.right(b)
    : E.left(`the initial value must be ${show(b.slice(1))}, got ${show(h0)}`);
};

/** The leaves that a scan's inputs are to its body. State is taken to differ between samples: noise may enter. */
export const leavesOf = (op: ScanOp, inputs: readonly Facts[]): Leaves => ({
  state: Object.fromEntries(
    op.fields.map((field, i) => [field, { shape: inputs[i].shape, perSample: true }]),
  ),
  elements: inputs
    .slice(op.fields.length, op.fields.length + op.sequences)
    .map(({ shape }) => ({ shape: shape.slice(1), perSample: true })),
  externals: inputs.slice(op.fields.length + op.sequences),
});

const scanShape = (op: ScanOp, inputs: readonly Facts[]): Checked => {
  const sequences = inputs.slice(op.fields.length, op.fields.length + op.sequences);
  const short = sequences.find(({ shape }) => shape[0] !== op.steps);
  if (op.steps < 1) return E.left(`takes at least 1 step, got ${op.steps}`);
  if (op.fields.length === 0) return E.left('the state needs at least one field');
  if (short !== undefined)
    return E.left(`${op.steps} steps need sequences [${op.steps},...], got ${show(short.shape)}`);
  return pipe(
    bodyFacts(op.body, leavesOf(op, inputs)),
    E.chain((facts) => {
      const wrong = op.fields.find(
        (field, i) => !sameShape(facts[op.body.next[field]]?.shape ?? [-1], inputs[i].shape),
      );
      if (!sameNames(op.fields, Object.keys(op.body.next)))
        return E.left(
          `the step must return the state's fields ${op.fields.join(', ')}, got ${Object.keys(op.body.next).sort().join(', ')}`,
        );
      if (wrong !== undefined) {
        const before = show(inputs[op.fields.indexOf(wrong)].shape);
        const after = show(facts[op.body.next[wrong]].shape);
        return E.left(`the step changes the shape of '${wrong}' from ${before} to ${after}`);
      }
      const missing = Object.entries(op.body.observe).find(([, node]) => facts[node] === undefined);
      return missing === undefined ? E.right([]) : E.left(`nothing to observe as '${missing[0]}'`);
    }),
  );
};

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && [...a].sort().every((name, i) => name === [...b].sort()[i]);

/** Facts of every node of a body, checked against what its nodes say. */
export const bodyFacts = (body: Body, leaves: Leaves): E.Either<string, readonly Facts[]> =>
  factsOf(body.nodes, leaves);

/** Facts of every node of a list, each inferred from those before it and compared with the shape it claims. */
export const factsOf = (nodes: readonly Node[], leaves?: Leaves): E.Either<string, readonly Facts[]> => {
  const facts: Facts[] = [];
  for (const [number, node] of nodes.entries()) {
    const bad = node.inputs.find((input) => input >= number);
    if (bad !== undefined) return E.left(`node ${number} reads node ${bad}, which comes later`);
    const found = inferNode(
      node,
      node.inputs.map((input) => facts[input]),
      nodes,
      facts,
      leaves,
    );
    if (E.isLeft(found)) return E.left(`node ${number} (${node.op.op}): ${found.left}`);
    if (!sameShape(found.right.shape, node.shape))
      return E.left(
        `node ${number} (${node.op.op}) says ${show(node.shape)}, it is ${show(found.right.shape)}`,
      );
    facts.push(found.right);
  }
  return E.right(facts);
};

const inferNode = (
  node: Node,
  inputs: readonly Facts[],
  nodes: readonly Node[],
  facts: readonly Facts[],
  leaves: Leaves | undefined,
): E.Either<string, Facts> => {
  if (node.inputs.some((input) => nodes[input].op.op === 'scan') && node.op.op !== 'take')
    return E.left('only take reads a scan');
  if (node.op.op !== 'take') return infer(node.op, inputs, leaves);
  const source = nodes[node.inputs[0]];
  if (source?.op.op !== 'scan') return E.left('take must follow a scan');
  return takeFacts(
    source.op,
    source.inputs.map((input) => facts[input]),
    node.op.port,
  );
};

/** The facts of a port of a scan. */
export const takeFacts = (scan: ScanOp, inputs: readonly Facts[], port: string): E.Either<string, Facts> => {
  const [kind, name] = splitPort(port);
  const body = bodyFacts(scan.body, leavesOf(scan, inputs));
  if (E.isLeft(body)) return body;
  const field = scan.fields.indexOf(name);
  if (kind === 'final' && field >= 0) return E.right({ shape: inputs[field].shape, perSample: true });
  if (kind === 'observed' && name in scan.body.observe) {
    const { shape } = body.right[scan.body.observe[name]];
    return E.right({ shape: [scan.steps, ...shape], perSample: true });
  }
  return E.left(`the scan has no port '${port}'`);
};

/** `observed/y` → ['observed', 'y']. */
export const splitPort = (port: string): readonly [string, string] => {
  const cut = port.indexOf('/');
  return [port.slice(0, cut), port.slice(cut + 1)];
};
