/** Phases, complex amplitudes and unit vectors, recognised by how a step uses them. */

import type { Node } from '../../dsl/op.js';
import type { System } from '../system/system.js';
import { degreesOf } from './degree.js';
import { formsOf } from './forms.js';
import { stateNode } from './oscillator.js';

/** The single field that is only read by sin and cos, apart from additions; null if there is none. */
export const phaseOf = ({ nodes, fields, next }: System): string | null => {
  const forms = formsOf(nodes);
  return (
    Object.keys(fields).find((field) => {
      const state = stateNode(nodes, field);
      if (state < 0 || !nodes.some(({ op }) => op.op === 'map' && (op.fn === 'sin' || op.fn === 'cos')))
        return false;
      if (forms[next[field]].terms.get(state) !== 1) return false;
      const degrees = degreesOf(nodes, ({ op }) => op.op === 'state' && op.field === field);
      const moves = forms[next[field]];
      // All other terms of the next value have passed through sin or cos.
      const turned = (number: number): boolean => {
        if (degrees[number] === 'none') return true;
        const { op, inputs } = nodes[number];
        if (op.op === 'map' && (op.fn === 'sin' || op.fn === 'cos')) return true;
        return op.op !== 'state' && inputs.every(turned);
      };
      return [...moves.terms.keys()].every((node) => node === state || turned(node));
    }) ?? null
  );
};

/** A field [..., 2] whose squared channels are summed; null if there is none. */
export const amplitudeOf = ({ nodes, fields }: System): string | null =>
  Object.keys(fields).find((field) => {
    const shape = fields[field];
    const state = stateNode(nodes, field);
    if (state < 0 || shape.at(-1) !== 2) return false;
    const comesFrom = (number: number): boolean =>
      number === state ||
      (['slice', 'reshape'].includes(nodes[number].op.op) && nodes[number].inputs.some(comesFrom));
    const isSquare = (number: number): boolean => {
      const { op, inputs } = nodes[number];
      return (
        (op.op === 'map' && op.fn === 'square' && comesFrom(inputs[0])) ||
        (op.op === 'zip' && op.fn === 'mul' && inputs[0] === inputs[1] && comesFrom(inputs[0])) ||
        (['slice', 'reshape'].includes(op.op) && inputs.some(isSquare))
      );
    };
    const norm = squaredNorms(nodes, isSquare);
    // A norm that is only used for normalisation belongs to a unit vector, not to an amplitude.
    return norm.some(
      (number) =>
        !nodes.some(
          ({ op, inputs }) => op.op === 'map' && op.fn === 'sqrt' && feeds(nodes, number, inputs[0]),
        ),
    );
  }) ?? null;

const squaredNorms = (nodes: readonly Node[], isSquare: (number: number) => boolean): readonly number[] =>
  nodes.flatMap(({ op, inputs, shape }, number) => {
    const summed =
      op.op === 'reduce' &&
      op.fn === 'sum' &&
      isSquare(inputs[0]) &&
      op.axes.length === 1 &&
      op.axes[0] === shape.length;
    const added = op.op === 'zip' && op.fn === 'add' && inputs[0] !== inputs[1] && inputs.every(isSquare);
    return summed || added ? [number] : [];
  });

/** Whether a node is `source`, or computed from it by reshaping and shifting only. */
const feeds = (nodes: readonly Node[], source: number, number: number): boolean =>
  number === source ||
  (['reshape', 'broadcast', 'affine', 'zip'].includes(nodes[number].op.op) &&
    nodes[number].inputs.some((input) => feeds(nodes, source, input)));

/** A field whose next value is divided by the root of the sum of its squares; null if there is none. */
export const unitOf = ({ nodes, fields, next }: System): string | null =>
  Object.keys(fields).find((field) => {
    if (next[field] === undefined) return false;
    const bare = (number: number): number =>
      ['reshape', 'transpose', 'broadcast', 'affine'].includes(nodes[number].op.op)
        ? bare(nodes[number].inputs[0])
        : number;
    const end = nodes[bare(next[field])];
    if (end === undefined || end.op.op !== 'zip' || (end.op.fn !== 'div' && end.op.fn !== 'mul'))
      return false;
    const reaches = (number: number, depth: number): boolean => {
      const { op, inputs } = nodes[number];
      if (op.op === 'map' && op.fn === 'sqrt') return true;
      return (
        depth > 0 &&
        !['state', 'conv', 'dense'].includes(op.op) &&
        inputs.some((input) => reaches(input, depth - 1))
      );
    };
    return end.inputs.some((input) => reaches(input, 6));
  }) ?? null;
