/** A whole program in a few words: the layers that its weights are of, and how many numbers these are. */

import { grouped } from '../base/limits.js';
import { hashProgram, type Program, parametersOf, volume } from '../dsl/index.js';

/** Layers that are named. */
const mostLayers = 2;

/** The layer of a parameter: the first part of its name, without the number of the layer. */
const layerOf = (name: string): string => name.split('/')[0].replace(/(?<=[a-z])\d+$/i, '');

/**
 * A program in words.
 *
 * @example
 * programWords(program({ x: [4] }, ({ x }) => ({ y: dense(3)(tanh(dense(8)(x))) })))   // 'dense, 67 numbers'
 */
export const programWords = ({ graph }: Program): string => {
  const declared = parametersOf(graph);
  const layers = [...new Set(declared.map(({ name }) => layerOf(name)))];
  const numbers = declared.reduce((sum, { shape }) => sum + volume(shape), 0);
  return layers.length === 0
    ? 'without weights'
    : `${layers.slice(0, mostLayers).join('+')}${layers.length > mostLayers ? '+…' : ''}, ${grouped(numbers)} number${numbers === 1 ? '' : 's'}`;
};

/** The words with the first digits of the hash, which differ between any two programs. */
export const programText = (program: Program): string =>
  `program ${programWords(program)}, ${hashProgram(program).slice(0, 8)}`;

const withHash = /^(program .*), [0-9a-f]{8}$/;

/** The text of a program among others: without its hash where the words tell it from them. */
export const shortProgramText = (text: string, all: readonly unknown[]): string => {
  const words = withHash.exec(text)?.[1];
  return words === undefined ||
    all.some((other) => typeof other === 'string' && other !== text && withHash.exec(other)?.[1] === words)
    ? text
    : words;
};
