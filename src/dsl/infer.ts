/**
 * The shape of each primitive's result. These rules are the authority; types are only a first check.
 *
 * The same function runs when an expression is written and when a program is read from a file, so that no
 * interpreter ever meets a graph whose shapes are wrong.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { grouped, limits } from '../base/limits.js';
import { einsumShape } from './einsum-formula.js';
import { haltingProblem } from './halting.js';
import { literalsOf } from './literals.js';
import { type Body, everyOf, keptSteps, type Node, type Op, type ScanOp, scanInputs } from './op.js';
import { splitPort } from './ports.js';
import { arity, declared, type Facts, isPerSample, type Leaves, sharedWeights } from './rules.js';
import { bins, type Shape, sameShape, showShape, volume } from './shape.js';
import {
  axesOf,
  batchNormShape,
  type CheckedShape,
  concatShape,
  convShape,
  denseShape,
  fourierShape,
  gatherShape,
  poolShape,
  positive,
  recurrenceShape,
  scatterShape,
  sliceShape,
  transposedShape,
  when,
} from './shape-rules.js';

export type { Facts, Leaves } from './rules.js';

/** The facts of an operation's result, or one sentence about the mistake. */
export const infer = (op: Op, inputs: readonly Facts[], leaves?: Leaves): E.Either<string, Facts> =>
  pipe(
    arity(op, inputs.length),
    E.flatMap(() => positive(declared(op))),
    E.flatMap(() => literalsOf(op)),
    E.flatMap(() => inferShape(op, inputs, leaves)),
    E.flatMap(positive),
    E.tap(holdable),
    E.flatMap((shape) =>
      pipe(
        sharedWeights(op, inputs),
        E.map(() => ({ shape, perSample: isPerSample(op, inputs, leaves) })),
      ),
    ),
  );

/** Refuses values that are too large for every engine, before anything is allocated for them. */
const holdable = (shape: Shape): E.Either<string, void> =>
  volume(shape) <= limits.valueNumbers
    ? E.right(undefined)
    : E.left(
        `a value of shape ${showShape(shape)} has ${grouped(volume(shape))} numbers, and ${grouped(limits.valueNumbers)} is the limit; take a smaller grid, fewer steps or fewer channels`,
      );

const inferShape = (op: Op, inputs: readonly Facts[], leaves: Leaves | undefined): CheckedShape => {
  const shapes = inputs.map((input) => input.shape);
  const [x] = shapes;
  switch (op.op) {
    case 'input':
    case 'parameter':
      if (op.op === 'parameter' && volume(op.shape) > limits.parameterValues)
        return E.left(
          `'${op.name}' of shape ${showShape(op.shape)} has ${grouped(volume(op.shape))} numbers, and ${grouped(limits.parameterValues)} is the limit; use fewer channels`,
        );
      return leaves === undefined
        ? E.right(op.shape)
        : E.left(`${op.op === 'input' ? 'an input' : 'a parameter'} cannot stand in the step of a scan`);
    case 'noise':
      return pipe(
        when(
          inputs.length === 0 || (x.length === 0 && !inputs[0].perSample),
          () => 'its input must be the clock of a scan',
        ),
        E.flatMap(() =>
          when(
            inputs.length > 0 || leaves === undefined,
            () => 'in the step of a scan it takes the clock of a scan',
          ),
        ),
        E.map(() => op.shape),
      );
    case 'constant':
      return typeof op.value === 'number' || op.value.length === volume(op.shape)
        ? E.right(op.shape)
        : E.left(`${op.value.length} numbers do not fill ${showShape(op.shape)}`);
    case 'training':
      return leaves === undefined
        ? E.right([])
        : E.left('the leaf of training cannot stand in the step of a scan; it enters as an external');
    case 'state':
      return leaf(
        leaves !== undefined && Object.hasOwn(leaves.state, op.field) ? leaves.state[op.field] : undefined,
        `the state field '${op.field}'`,
      );
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
    case 'where':
      return jointShape(shapes);
    case 'conv':
      return convShape(op, shapes);
    case 'convTranspose':
      return transposedShape(op, shapes);
    case 'dense':
      return denseShape(shapes);
    case 'einsum':
      return einsumShape(op.formula, shapes);
    case 'pool':
      return poolShape(op, x);
    case 'concat':
      return concatShape(op, shapes);
    case 'slice':
      return sliceShape(op, x);
    case 'gather':
      return gatherShape(op, x);
    case 'scatter':
      return scatterShape(op, x);
    case 'reshape':
      return volume(op.shape) === volume(x)
        ? E.right(op.shape)
        : E.left(`${showShape(x)} has ${volume(x)} elements, ${showShape(op.shape)} has ${volume(op.shape)}`);
    case 'transpose':
      return sameShape(
        [...op.axes].sort((a, b) => a - b),
        x.map((_, i) => i),
      )
        ? E.right(op.axes.map((axis) => x[axis]))
        : E.left(
            `${showShape(op.axes)} is not a permutation of the axes ${showShape(x.map((_, i) => i))} of ${showShape(x)}`,
          );
    case 'reverse':
      return pipe(
        axesOf(op.axes, x),
        E.map(() => x),
      );
    case 'broadcast':
      return op.shape.length === x.length && x.every((n, i) => n === 1 || n === op.shape[i])
        ? E.right(op.shape)
        : E.left(
            `${showShape(x)} does not broadcast to ${showShape(op.shape)}: only axes of size 1 are repeated`,
          );
    case 'reduce':
      return pipe(
        axesOf(op.axes, x),
        E.map(() => x.filter((_, axis) => !op.axes.includes(axis))),
      );
    case 'fourier':
      return fourierShape(op, x);
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

/** The common shape of all inputs that are not scalars. */
const jointShape = (shapes: readonly Shape[]): CheckedShape => {
  const joint = shapes.find(({ length }) => length > 0) ?? [];
  const other = shapes.find((shape) => shape.length > 0 && !sameShape(shape, joint));
  return other === undefined
    ? E.right(joint)
    : E.left(`expected ${showShape(joint)}, got ${showShape(other)}`);
};

const leaf = (facts: Facts | undefined, what: string): CheckedShape =>
  facts === undefined ? E.left(`${what} does not exist here`) : E.right(facts.shape);

const scanShape = (op: ScanOp, inputs: readonly Facts[]): CheckedShape => {
  const { fields, body } = op;
  const { sequences } = scanInputs(op, inputs);
  const short = sequences.find(({ shape }) => shape[0] !== op.steps);
  const returned = Object.keys(body.next).sort();
  // Observations and fields are separate, since both may use one name.
  const unread = [...Object.entries(body.next), ...Object.entries(body.observe)].find(
    ([, n]) => !readable(body.nodes, n),
  );
  return pipe(
    when(op.steps >= 1, () => `takes at least 1 step, got ${op.steps}`),
    E.flatMap(() => when(fields.length > 0, () => 'the state needs at least one field')),
    E.flatMap(() =>
      when(
        short === undefined,
        () => `${op.steps} steps need sequences [${op.steps},...], got ${showShape(short?.shape ?? [])}`,
      ),
    ),
    E.flatMap(() =>
      when(
        new Set(fields).size === fields.length && returned.join() === [...fields].sort().join(),
        () => `the step must return the state's fields ${fields.join(', ')}, got ${returned.join(', ')}`,
      ),
    ),
    E.flatMap(() =>
      when(unread === undefined, () => `its step has no node ${unread?.[1]} to give as '${unread?.[0]}'`),
    ),
    E.flatMap(() =>
      pipe(
        bodyFacts(body, assumedLeaves(op, inputs)),
        E.mapLeft((problem) => `in its step, ${problem}`),
      ),
    ),
    E.flatMap((facts) => {
      const changed = fields.findIndex(
        (field, i) => !sameShape(facts[body.next[field]].shape, inputs[i].shape),
      );
      return changed < 0
        ? E.right([])
        : E.left(
            `the step changes the shape of '${fields[changed]}' from ${showShape(inputs[changed].shape)} to ` +
              `${showShape(facts[body.next[fields[changed]]].shape)}`,
          );
    }),
    E.tap(() => settings(op)),
  );
};

/** Checks the settings of a scan besides its step: its end and the values that it keeps. */
const settings = (op: ScanOp): E.Either<string, void> => {
  const { steps, body, every = {}, remat = 1 } = op;
  const halting = haltingProblem(body);
  const unknown = Object.keys(every).find((name) => !Object.hasOwn(body.observe, name));
  const rare = Object.keys(body.observe).find((name) => everyOf(op, name) > steps);
  return pipe(
    when(halting === undefined, () => halting ?? ''),
    E.flatMap(() => when(unknown === undefined, () => `every names '${unknown}', which is not observed`)),
    E.flatMap(() => when(rare === undefined, () => noneKept(everyOf(op, rare ?? ''), steps))),
    E.flatMap(() => when(remat <= steps, () => tooRare(remat, steps))),
  );
};

/** The message about a scan that would keep no observation. */
export const noneKept = (every: number, steps: number): string =>
  `it has ${steps} steps, so every: ${every} would keep nothing`;

/** The message about a scan whose adjoint would keep no state. */
export const tooRare = (remat: number, steps: number): string =>
  `it has ${steps} steps, so it cannot keep its state every ${remat} of them for the adjoint`;

/** Whether a node exists and has a value; a scan has none, only its ports have. */
export const readable = (nodes: readonly Node[], number: number): boolean =>
  nodes[number] !== undefined && nodes[number].op.op !== 'scan';

/** The facts of leaves while a step is written: state and elements may differ between samples. */
export const assumedLeaves = (op: ScanOp, inputs: readonly Facts[]): Leaves => {
  const { state, elements, externals } = leavesOf(op, inputs);
  const assumed = (facts: Facts): Facts => ({ ...facts, perSample: true });
  return {
    state: Object.fromEntries(Object.entries(state).map(([field, facts]) => [field, assumed(facts)])),
    elements: elements.map(assumed),
    externals,
  };
};

/** The facts of a body's leaves, from those of the scan's inputs. All fields differ between samples, or none does. */
export const leavesOf = (op: ScanOp, inputs: readonly Facts[]): Leaves => {
  const { fields, sequences, externals } = scanInputs(op, inputs);
  const differs = isPerSample(op, inputs);
  return {
    state: Object.fromEntries(op.fields.map((field, i) => [field, { ...fields[i], perSample: differs }])),
    elements: sequences.map(({ shape }) => ({ shape: shape.slice(1), perSample: differs })),
    externals,
  };
};

/** Facts of every node of a body, checked against the shapes that its nodes claim. */
export const bodyFacts = (body: Body, leaves: Leaves): E.Either<string, readonly Facts[]> =>
  factsOf(body.nodes, leaves);

/** Facts of every node of a list, each inferred from those before it and compared with the shape it claims. */
export const factsOf = (nodes: readonly Node[], leaves?: Leaves): E.Either<string, readonly Facts[]> => {
  const facts: Facts[] = [];
  for (const [number, node] of nodes.entries()) {
    const found = pipe(
      inputsExist(node, number, nodes),
      E.flatMap(() => inferNode(node, nodes, facts, leaves)),
      E.flatMap((fact) =>
        sameShape(fact.shape, node.shape)
          ? E.right(fact)
          : E.left(`says ${showShape(node.shape)}, it is ${showShape(fact.shape)}`),
      ),
    );
    if (E.isLeft(found)) return E.left(`node ${number} (${node.op.op}): ${found.left}`);
    facts.push(found.right);
  }
  return E.right(facts);
};

const inputsExist = (
  { op, inputs }: Node,
  number: number,
  nodes: readonly Node[],
): E.Either<string, void> => {
  const later = inputs.find((input) => input >= number);
  if (later !== undefined)
    return E.left(
      later < nodes.length
        ? `reads node ${later}, which does not come before it`
        : `reads node ${later}, which does not exist`,
    );
  const scan = inputs.find((input) => !readable(nodes, input));
  return when(
    op.op === 'take' || scan === undefined,
    () => `reads node ${scan}, a scan; only take reads a scan`,
  );
};

const inferNode = (
  { op, inputs }: Node,
  nodes: readonly Node[],
  facts: readonly Facts[],
  leaves: Leaves | undefined,
): E.Either<string, Facts> => {
  if (op.op === 'batchNorm') {
    const fixed = inputs.slice(3).find((input) => nodes[input].op.op !== 'parameter');
    if (fixed !== undefined) return E.left(`its running statistics must be parameters, node ${fixed} is not`);
  }
  if (op.op !== 'take')
    return infer(
      op,
      inputs.map((input) => facts[input]),
      leaves,
    );
  const source = inputs.length === 1 ? nodes[inputs[0]] : undefined;
  if (source?.op.op !== 'scan') return E.left('take must read one scan');
  return takeFacts(
    source.op,
    source.inputs.map((input) => facts[input]),
    op.port,
  );
};

/** The facts of a port of a valid scan. */
export const takeFacts = (scan: ScanOp, inputs: readonly Facts[], port: string): E.Either<string, Facts> => {
  const [kind, name] = splitPort(port);
  const field = scan.fields.indexOf(name);
  const differs = isPerSample(scan, inputs);
  if (kind === 'final' && field >= 0) return E.right({ shape: inputs[field].shape, perSample: differs });
  if (kind === 'observed' && Object.hasOwn(scan.body.observe, name)) {
    const { shape } = scan.body.nodes[scan.body.observe[name]];
    return E.right({ shape: [keptSteps(scan, name), ...shape], perSample: differs });
  }
  return E.left(`the scan has no port '${port}'`);
};
