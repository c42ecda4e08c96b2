/**
 * Tetrominoes: pieces of four square cells on a dark ground; every pixel of a piece has the class of its kind.
 *
 * Source: the Tetrominoes task of Jacobs et al., "Traveling Waves Integrate Spatial Information Through Time" (arXiv
 * 2502.06034). A cell's one-pixel border is brightened by half the piece's colour, so that the cells are visible
 * locally, but not the piece.
 */

import * as t from 'io-ts';
import { choice, record, where, whole, withDefault } from '../../base/codec.js';
import { type Random, stream } from '../../base/random.js';
import { describeCounts, type SplitName, type TaskShape } from '../dataset.js';
import type { Recipe, Sample } from './generate.js';
import { arrange, firstFit } from './scatter.js';

/**
 * - `size`: side of the image in pixels; `cell`: side of a piece's cell in pixels.
 * - `minPieces` to `maxPieces` pieces an image, uniformly.
 * - `texture`: 'wrap' adds the border's half colour in unsigned 8-bit arithmetic, modulo 256, as published; 'saturate'
 *   stops at 255.
 * - `train`, `validation`, `test`: numbers of images; `seed`: which ones.
 */
export type TetrominoesTask = t.TypeOf<typeof tetrominoesTask>;

export const tetrominoesTask = where(
  record('tetrominoes', {
    name: t.literal('tetrominoes'),
    size: withDefault(whole(5, 4096), 64),
    cell: withDefault(whole(1, 1023), 7),
    minPieces: withDefault(whole(0, 5), 1),
    maxPieces: withDefault(whole(1, 5), 5),
    texture: withDefault(choice('wrap', 'saturate'), 'wrap'),
    train: withDefault(whole(1, 1_000_000), 10_000),
    validation: withDefault(whole(0, 1_000_000), 1_000),
    test: withDefault(whole(1, 1_000_000), 1_000),
    seed: withDefault(whole(0, Number.MAX_SAFE_INTEGER), 0),
  }),
  ({ size, cell, minPieces, maxPieces }) => {
    if (4 * cell >= size) {
      return `a row of four cells of ${cell} pixels does not fit into size ${size}; take a cell of at most ${Math.ceil(size / 4) - 1}`;
    }
    return minPieces > maxPieces ? `minPieces ${minPieces} is more than maxPieces ${maxPieces}` : null;
  },
);

/** The cells of a piece, row by row. */
type Shape = readonly (readonly boolean[])[];

const shape = (...rows: readonly string[]): Shape => rows.map((row) => [...row].map((cell) => cell === '1'));

interface Kind {
  readonly label: number;
  readonly shape: Shape;
  /** Whether its mirror image is a different shape, so that both occur. */
  readonly handed: boolean;
}

const kinds: readonly Kind[] = [
  { label: 1, shape: shape('1111'), handed: false },
  { label: 2, shape: shape('11', '11'), handed: false },
  { label: 3, shape: shape('010', '111'), handed: false },
  { label: 4, shape: shape('011', '110'), handed: true },
  { label: 5, shape: shape('100', '111'), handed: true },
];

export const tetrominoesClasses: readonly string[] = ['background', 'I', 'O', 'T', 'S/Z', 'J/L'];

const quarterTurn = (piece: Shape): Shape =>
  piece[0].map((_, column) => piece.map((row) => row[column]).reverse());

const turned = (piece: Shape, quarters: number): Shape =>
  Array.from({ length: quarters }).reduce<Shape>(quarterTurn, piece);

const mirrored = (piece: Shape): Shape => piece.map((row) => [...row].reverse());

interface Piece {
  readonly label: number;
  readonly shape: Shape;
  readonly colour: readonly number[];
}

/** The kinds of one image: n different ones; five are drawn from two copies of each, so that a kind can repeat. */
const chooseKinds = (random: Random, n: number): readonly Kind[] =>
  random.shuffle(n < kinds.length ? kinds : [...kinds, ...kinds]).slice(0, n);

const choosePiece = (random: Random, kind: Kind): Piece => {
  const turn = turned(kind.shape, random.integer(4));
  return {
    label: kind.label,
    shape: kind.handed && random.integer(2) === 1 ? mirrored(turn) : turn,
    colour: [random.integer(256), random.integer(256), random.integer(256)],
  };
};

/** A piece and the pixel of its upper left corner. */
interface Placed extends Piece {
  readonly top: number;
  readonly left: number;
}

/** The upper left corners of a piece's cells. */
const corners = (piece: Placed, cell: number): readonly (readonly [number, number])[] =>
  piece.shape.flatMap((row, i) =>
    row.flatMap((filled, j) => (filled ? [[piece.top + i * cell, piece.left + j * cell] as const] : [])),
  );

/** Whether the bounding box of this piece contains no pixel of the others. */
const isEmpty = (taken: readonly Placed[], cell: number, one: Placed): boolean =>
  taken.every((other) =>
    corners(other, cell).every(
      ([top, left]) =>
        top + cell <= one.top ||
        left + cell <= one.left ||
        top >= one.top + one.shape.length * cell ||
        left >= one.left + one.shape[0].length * cell,
    ),
  );

/** A random position whose bounding box is empty. The corner is never at the very end of its range. */
const scatterPiece = (
  random: Random,
  { size, cell }: TetrominoesTask,
  taken: readonly Placed[],
  piece: Piece,
): Placed | null =>
  firstFit(
    () => ({
      ...piece,
      top: random.integer(size - piece.shape.length * cell),
      left: random.integer(size - piece.shape[0].length * cell),
    }),
    (placed) => isEmpty(taken, cell, placed),
  );

/** The pieces of an image that could be placed, and the number wanted. */
const strew = (
  random: Random,
  task: TetrominoesTask,
): { readonly placed: readonly Placed[]; readonly wanted: number } => {
  const wanted = task.minPieces + random.integer(task.maxPieces - task.minPieces + 1);
  const placed: Placed[] = [];
  for (const kind of chooseKinds(random, wanted)) {
    const found = scatterPiece(random, task, placed, choosePiece(random, kind));
    if (found !== null) placed.push(found);
  }
  return { placed, wanted };
};

/** The colour of a border: half as bright again, rounded down. */
const brightened = (colour: number, texture: TetrominoesTask['texture']): number => {
  const sum = colour + Math.floor(colour / 2);
  return texture === 'wrap' ? sum % 256 : Math.min(255, sum);
};

const paint = (task: TetrominoesTask, { image, mask }: Sample, piece: Placed): void => {
  const { size, cell } = task;
  const border = piece.colour.map((colour) => brightened(colour, task.texture));
  for (let row = 0; row < piece.shape.length * cell; row++) {
    for (let column = 0; column < piece.shape[0].length * cell; column++) {
      if (!piece.shape[Math.floor(row / cell)][Math.floor(column / cell)]) continue;
      const edge = [row % cell, column % cell].some((at) => at === 0 || at === cell - 1);
      const pixel = (piece.top + row) * size + piece.left + column;
      image.set(edge ? border : piece.colour, pixel * 3);
      mask[pixel] = piece.label;
    }
  }
};

/** One image of the task; it depends on (seed, split, index) and the settings that shape an image, nothing else. */
export const drawTetrominoes = (task: TetrominoesTask, split: SplitName, index: number): Sample => {
  const random = stream(task.seed, 'tetrominoes', split, index);
  const sample = {
    image: new Uint8Array(task.size * task.size * 3),
    mask: new Uint8Array(task.size * task.size),
  };
  for (const piece of arrange(() => strew(random, task))) paint(task, sample, piece);
  return sample;
};

export const tetrominoesShape = ({ size }: TetrominoesTask): TaskShape => ({
  height: size,
  width: size,
  channels: 3,
  classes: tetrominoesClasses.length,
});

export const describeTetrominoes = (task: TetrominoesTask): string =>
  `${task.minPieces} to ${task.maxPieces} textured pieces of four cells, each ${task.cell} pixels wide` +
  `${task.texture === 'wrap' ? '' : ', texture saturating'}; ${describeCounts(task)}, seed ${task.seed}`;

/** The task as a rule for every image. */
export const tetrominoes = (task: TetrominoesTask): Recipe => ({
  version: 1,
  ...tetrominoesShape(task),
  classes: tetrominoesClasses,
  counts: task,
  sample: (split, index) => drawTetrominoes(task, split, index),
});
