/**
 * The structure of a system, read from the graph of its step. It decides which laws apply.
 */

import { remembered } from '../../base/remembered.js';
import type { Boundary, Node, OpOf } from '../../dsl/op.js';
import { isOn, type System } from '../system/system.js';
import { type Degree, degreesOf, worst } from './degree.js';
import { amplitudeOf, phaseOf, unitOf } from './fields.js';
import { type Oscillator, oscillatorOf } from './oscillator.js';
import { type Parity, paritiesOf } from './parity.js';
import { movingIn, placedIn } from './placed.js';
import { ringPieces } from './ring-pieces.js';

/** A convolution of the step. */
export interface Convolution {
  readonly node: number;
  readonly op: OpOf<'conv'>;
  readonly boundary: Boundary;
  readonly weight: number;
  /** Whether it reads the state. */
  readonly ofState: boolean;
  /** Whether its field or its result is padded around the ring, and the part that its own boundary affects is cut off. */
  readonly padded: boolean;
  readonly stride: boolean;
  readonly bias: boolean;
}

/** Properties of a system that are known without running it. */
export interface Structure {
  readonly oscillator: Oscillator | null;
  /** How the step depends on its fields. */
  readonly degree: Degree;
  /** How the step changes when all fields change their sign. */
  readonly parity: Parity;
  readonly convolutions: readonly Convolution[];
  /** A phase: a field that is only read through sin and cos. */
  readonly phase: string | null;
  /** A field of two channels that enters through its squared modulus. */
  readonly amplitude: string | null;
  /** A field whose next value is normalised. */
  readonly unit: string | null;
  /** Whether the clock enters. */
  readonly timed: boolean;
  readonly noisy: boolean;
  /** Why the step is not the same at every site; null if it is. */
  readonly placed: string | null;
}

/**
 * The structure of a system.
 *
 * @example
 * structureOf(system).oscillator?.order; // => 'kick-drift'
 */
export const structureOf: (system: System) => Structure = remembered((system) => read(system));

/** State and drives, which a law may scale or rotate together. */
const isState = ({ op }: Node): boolean => op.op === 'state' || op.op === 'input' || op.op === 'element';

const read = (system: System): Structure => {
  const { nodes, next, grid } = system;
  const degrees = degreesOf(nodes, isState);
  const parities = paritiesOf(nodes, isState);
  const ends = Object.values(next);
  const onRing = ringPieces(system, movingIn(nodes));
  return {
    oscillator: system.kind === 'step' ? oscillatorOf(system) : null,
    degree: worst(ends.map((end) => degrees[end])),
    parity: ends.every((end) => parities[end] === 'odd') ? 'odd' : 'neither',
    convolutions: nodes.flatMap(({ op, inputs, shape }, node): readonly Convolution[] =>
      op.op === 'conv'
        ? [
            {
              node,
              op,
              boundary: op.boundary,
              weight: inputs[1],
              ofState: degrees[inputs[0]] !== 'none',
              padded: onRing[node] && !(isOn(grid, nodes[inputs[0]].shape) && isOn(grid, shape)),
              stride: op.stride.some((n) => n > 1),
              bias: inputs.length > 2,
            },
          ]
        : [],
    ),
    phase: system.kind === 'step' ? phaseOf(system) : null,
    amplitude: amplitudeOf(system),
    unit: unitOf(system),
    timed: nodes.some(({ op }) => op.op === 'clock'),
    noisy: nodes.some(({ op }) => op.op === 'noise'),
    placed: placedIn(system),
  };
};

/** The name of the phase; '', which names no field, if there is none. */
export const phaseNameOf = ({ phase }: Pick<Structure, 'phase'>): string => phase ?? '';

/** The name of a boundary. */
export const boundaryName = (boundary: Boundary): string =>
  typeof boundary === 'string' ? boundary : `fixed ${boundary.fixed}`;
