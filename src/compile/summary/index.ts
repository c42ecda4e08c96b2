/** The summary of a program: its parts, as data and as a table. */

import { aligned } from '../../base/aligned.js';
import { runningStatistics } from '../../dsl/graph.js';
import type { Facts } from '../../dsl/infer.js';
import type { Initialiser } from '../../dsl/initialiser.js';
import type { Node } from '../../dsl/op.js';
import { type Program, signature } from '../../dsl/program.js';
import { type Shape, showShape, volume } from '../../dsl/shape.js';
import { describeOp } from '../describe-op.js';
import { factsIn, factsInBody } from '../facts.js';

/** A parameter; `count` is its number of values. */
export interface SummaryParameter {
  readonly name: string;
  readonly shape: Shape;
  readonly count: number;
  /** Its initial values in words: `uniform ±0.1925`. */
  readonly start: string;
  readonly trainable: boolean;
  /** Whether it is a running statistic of a batch norm, which follows the batches and is never trained. */
  readonly statistic: boolean;
}

/** A node: `43` in the program, `43/7` in the body of the scan that is node 43. */
export interface SummaryNode {
  readonly path: string;
  /** Paths of its inputs, in the same list of nodes. */
  readonly inputs: readonly string[];
  readonly operation: string;
  /** Per sample. */
  readonly shape: Shape;
  /** Whether it is computed for every sample of a batch, or once. */
  readonly perSample: boolean;
}

/** The parts of a program: parameters and nodes. */
export interface Summary {
  /** `image [64,64,3] → logits [64,64,6]`. */
  readonly signature: string;
  readonly parameters: readonly SummaryParameter[];
  /** Numbers in all parameters: a program holds only those that take part in its outputs. */
  readonly count: number;
  /** Of these, those that training changes. */
  readonly trainable: number;
  /** Of these, those that keep their initial values: not trained, and not running statistics. */
  readonly frozen: number;
  /** Numbers in the parameters that each output depends on. */
  readonly byOutput: Readonly<Record<string, number>>;
  readonly nodes: readonly SummaryNode[];
}

/**
 * Lists a program's parameters and nodes, bodies of scans included.
 *
 * A graph holds what its outputs need and nothing else, so every parameter listed takes part; `byOutput` says in
 * which output. (The reference system also counts its T → K projection where a readout leaves it unused, 5,100
 * numbers at T = 100; here such a parameter does not exist.)
 *
 * @example
 * summary(nwm({ ... })).count         // 176124
 * summary(nwm({ ... })).byOutput.omega   // 3058
 */
export const summary = (p: Program): Summary => {
  const { nodes, outputs } = p.graph;
  const statistics = runningStatistics(p.graph);
  const parameters = nodes.flatMap(({ op }): readonly SummaryParameter[] =>
    op.op === 'parameter'
      ? [
          {
            name: op.name,
            shape: op.shape,
            count: volume(op.shape),
            start: startInWords(op.init),
            trainable: op.trainable,
            statistic: statistics.has(op.name),
          },
        ]
      : [],
  );
  return {
    signature: signature(p),
    parameters,
    count: total(parameters),
    trainable: total(parameters.filter(({ trainable }) => trainable)),
    frozen: total(parameters.filter(isFrozen)),
    byOutput: Object.fromEntries(
      Object.entries(outputs).map(([name, node]) => [name, countBehind(nodes, node)]),
    ),
    nodes: listNodes(nodes, factsIn(nodes), ''),
  };
};

const isFrozen = ({ trainable, statistic }: SummaryParameter): boolean => !trainable && !statistic;

const total = (parameters: readonly SummaryParameter[]): number =>
  parameters.reduce((sum, { count }) => sum + count, 0);

/** Numbers in the parameters that a node depends on. */
const countBehind = (nodes: readonly Node[], root: number): number => {
  const needed = new Set([root]);
  // Inputs come before a node, so one pass from the end meets every node after all that need it.
  for (let number = root; number >= 0; number--)
    if (needed.has(number)) for (const input of nodes[number].inputs) needed.add(input);
  return nodes.reduce(
    (sum, { op }, number) => (op.op === 'parameter' && needed.has(number) ? sum + volume(op.shape) : sum),
    0,
  );
};

const listNodes = (nodes: readonly Node[], facts: readonly Facts[], prefix: string): readonly SummaryNode[] =>
  nodes.flatMap(({ op, inputs, shape }, number): readonly SummaryNode[] => {
    const path = `${prefix}${number}`;
    const read = inputs.map((input) => facts[input]);
    const listed: SummaryNode = {
      path,
      inputs: inputs.map((input) => `${prefix}${input}`),
      operation: describeOp(
        op,
        read.map((input) => input.shape),
      ),
      shape,
      perSample: facts[number].perSample,
    };
    if (op.op !== 'scan') return [listed];
    return [listed, ...listNodes(op.body.nodes, factsInBody(op, read), `${path}/`)];
  });

const short = (x: number): string => String(Number(x.toPrecision(4)));

const startInWords = (init: Initialiser): string => {
  switch (init.kind) {
    case 'constant':
      return short(init.value);
    case 'uniform':
      return `uniform ±${short(init.bound)}`;
    case 'between':
      return `uniform from ${short(init.from)} to ${short(init.to)}`;
    case 'normal':
      return `normal, deviation ${short(init.deviation)}`;
    case 'laplacian':
    case 'identity':
      return init.kind;
    case 'values':
      return givenInWords(init.values);
  }
};

/** A few numbers as they are; for many, the least and the greatest. */
const givenInWords = (values: readonly number[]): string => {
  if (values.length <= 4) return `given: ${values.map(short).join(', ')}`;
  const [least, most] = values.reduce(
    ([low, high], v) => [Math.min(low, v), Math.max(high, v)],
    [Infinity, -Infinity],
  );
  return `given, ${short(least)} to ${short(most)}`;
};

const grouped = (n: number): string => n.toLocaleString('en-US');

/** The counts in words; for a program without parameters training is not mentioned. */
const countsText = ({ parameters, count, trainable, frozen }: Summary): string => {
  if (parameters.length === 0) return 'no parameters';
  const parts = (
    [
      [trainable, 'trained'],
      [frozen, 'frozen'],
      [count - trainable - frozen, 'running statistics'],
    ] as const
  ).filter(([numbers]) => numbers > 0);
  const shares =
    parts.length === 1 ? `all ${parts[0][1]}` : parts.map(([n, what]) => `${grouped(n)} ${what}`).join(', ');
  return `${grouped(parameters.length)} parameter${parameters.length === 1 ? '' : 's'}, ${grouped(count)} numbers, ${shares}`;
};

/**
 * A listing as plain text: signature, parameters, their counts, nodes; a part that is empty is left out. Ends without
 * a newline.
 *
 * @example
 * console.log(showSummary(list(p)));
 */
export const showSummary = (listing: Summary): string => {
  const parameters = aligned(
    [
      ['parameter', 'shape', 'count', 'starts as', 'trained'],
      ...listing.parameters.map((parameter) => [
        parameter.name,
        showShape(parameter.shape),
        grouped(parameter.count),
        parameter.start,
        parameter.trainable ? 'yes' : parameter.statistic ? 'no, a statistic' : 'no, frozen',
      ]),
    ],
    [2],
  );
  const nodes = aligned([
    ['node', 'operation', 'reads', 'shape'],
    ...listing.nodes.map(({ path, inputs, operation, shape, perSample }) => {
      const indent = '  '.repeat(path.split('/').length - 1);
      return [
        `${indent}${path}`,
        `${indent}${operation}`,
        inputs.map((input) => input.slice(input.lastIndexOf('/') + 1)).join(' '),
        perSample ? showShape(shape) : `${showShape(shape)} shared`,
      ];
    }),
  ]);
  const byOutput = Object.entries(listing.byOutput)
    .map(([name, numbers]) => `${name} ${grouped(numbers)}`)
    .join(', ');
  return [
    listing.signature,
    ...(listing.parameters.length === 0 ? [] : ['', ...parameters]),
    '',
    countsText(listing),
    `behind each output: ${byOutput}`,
    ...(listing.nodes.length === 0 ? [] : ['', ...nodes]),
  ].join('\n');
};
