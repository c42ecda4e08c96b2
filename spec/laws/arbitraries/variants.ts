/** Kinds of operations, finer than their names: what must occur where "every operation" is claimed. */

import { fieldCodecs, mapFunctions, type Node, reduceFunctions, zipFunctions } from '../../../src/dsl/op.js';
import type { GeneratedProgram } from '../../../src/laws/arbitraries/program.js';

export const allNodes = (nodes: readonly Node[]): readonly Node[] =>
  nodes.flatMap((node) => (node.op.op === 'scan' ? [node, ...allNodes(node.op.body.nodes)] : [node]));

export const nodesOf = (programs: readonly GeneratedProgram[]): readonly Node[] =>
  programs.flatMap(({ program }) => allNodes(program.graph.nodes));

/** What kinds of an operation there are: its name, and its function, kind, distribution or boundary. */
export const variants = ({ op, inputs, shape }: Node): readonly string[] => {
  switch (op.op) {
    case 'map':
    case 'zip':
    case 'reduce':
      return [`${op.op} ${op.fn}`];
    case 'pool':
      return [`pool ${op.fn}`, `pool in ${shape.length - 1}d`];
    case 'recurrence':
      return [`recurrence ${op.kind}`, `recurrence ${inputs.length === 3 ? 'from a start' : 'from zero'}`];
    case 'noise':
      return [`noise ${op.distribution}`, `noise ${inputs.length === 0 ? 'once' : 'at each step'}`];
    case 'conv':
      return [
        `conv ${typeof op.boundary === 'string' ? op.boundary : 'fixed'}`,
        `conv in ${shape.length - 1}d`,
        `conv ${op.depthwise ? 'depthwise' : 'dense'}`,
        `conv ${inputs.length === 3 ? 'with a bias' : 'without a bias'}`,
        `conv ${op.stride.some((n) => n > 1) ? 'with a stride' : 'at every site'}`,
        ...(op.dilation === undefined ? [] : ['conv dilated']),
        ...(op.groups === undefined ? [] : ['conv in groups']),
      ];
    case 'convTranspose':
      return [`convTranspose in ${shape.length - 1}d`];
    case 'scan':
      return [
        op.sequences > 0 ? 'scan driven' : 'scan autonomous',
        ...(op.body.nodes.some((inner) => inner.op.op === 'scan') ? ['scan in a scan'] : []),
        ...(op.fields.length > 1 ? ['scan of two fields'] : []),
        ...(op.every === undefined ? [] : ['scan that keeps some']),
        ...(op.body.until === undefined ? [] : ['scan that ends']),
        ...(op.remat === undefined ? [] : ['scan that computes again']),
      ];
    case 'take':
      return [`take ${op.port.split('/')[0]}`];
    case 'constant':
      return [`constant ${typeof op.value === 'number' ? 'number' : 'data'}`];
    case 'parameter':
      return [`parameter ${op.init.kind}`, `parameter ${op.trainable ? 'trainable' : 'fixed'}`];
    default:
      return [];
  }
};

/** Every variant that the language has. */
export const expected = [
  ...mapFunctions.map((fn) => `map ${fn}`),
  ...zipFunctions.map((fn) => `zip ${fn}`),
  ...reduceFunctions.map((fn) => `reduce ${fn}`),
  ...['max', 'mean'].map((fn) => `pool ${fn}`),
  ...['diagonal', 'matrix', 'from a start', 'from zero'].map((kind) => `recurrence ${kind}`),
  ...['normal', 'uniform', 'once', 'at each step'].map((kind) => `noise ${kind}`),
  ...['zero', 'circular', 'reflect', 'none', 'fixed', 'in 1d', 'in 2d', 'in 3d', 'depthwise', 'dense'].map(
    (kind) => `conv ${kind}`,
  ),
  ...['dilated', 'in groups'].map((kind) => `conv ${kind}`),
  ...['in 1d', 'in 2d', 'in 3d'].map((kind) => `pool ${kind}`),
  ...['with a bias', 'without a bias', 'with a stride', 'at every site'].map((kind) => `conv ${kind}`),
  ...['in 1d', 'in 2d', 'in 3d'].map((kind) => `convTranspose ${kind}`),
  ...[
    'driven',
    'autonomous',
    'in a scan',
    'of two fields',
    'that keeps some',
    'that ends',
    'that computes again',
  ].map((kind) => `scan ${kind}`),
  ...['observed', 'final'].map((kind) => `take ${kind}`),
  ...['number', 'data'].map((kind) => `constant ${kind}`),
  ...[
    'constant',
    'uniform',
    'between',
    'normal',
    'laplacian',
    'identity',
    'values',
    'trainable',
    'fixed',
  ].map((kind) => `parameter ${kind}`),
];

/** Every operation by its name, and every variant of it. */
export const everyKind: readonly string[] = [...Object.keys(fieldCodecs), ...expected];

/** Those of a program. */
export const kindsIn = (made: GeneratedProgram): ReadonlySet<string> =>
  new Set(nodesOf([made]).flatMap((node) => [node.op.op, ...variants(node)]));
