/** The model of an experiment: a catalogued constructor with its options, or a whole program. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { type Checked, type DrumheadError, decodeError, unlessProblems } from '../base/error.js';
import {
  decodeProgram,
  type Graph,
  hashProgram,
  inputsOf,
  outputsOf,
  type Program,
  sameShape,
  showShape,
  signature,
} from '../dsl/index.js';
import { buildModel, describeModel, type ModelSpec, modelCodec, type Sizes } from '../models/catalogue.js';
import { areImages, type Forms, type Learning, learningOf } from './learning.js';
import { isClassLoss, type LossSpec, publishedLoss, type Target } from './loss.js';
import { programWords } from './program-words.js';
import type { OwnScores } from './scores/own-scores.js';

/** A whole program as a model. It only fits the sizes that it was written for. */
export interface ProgramModel extends Program {
  readonly name: 'program';
  readonly graph: Graph;
}

export type Model = ModelSpec | ProgramModel;

/** The graph in any accepted form of a whole program: its JSON, a Program, or the form in an experiment file. */
const graphIn = (u: Readonly<Record<string, unknown>>): unknown =>
  'language' in u ? u : 'graph' in u && ('name' in u ? u.name === 'program' : true) ? u.graph : undefined;

const isProgramModel = (u: unknown): u is ProgramModel =>
  t.UnknownRecord.is(u) && u.name === 'program' && E.isRight(decodeProgram(u.graph));

const decodeGraph = (graph: unknown, u: unknown, context: t.Context): t.Validation<Model> =>
  pipe(
    decodeProgram(graph),
    E.match(
      ({ problems }) => t.failure(u, context, problems.join('; ')),
      (program) => t.success<Model>({ name: 'program', graph: program.graph }),
    ),
  );

/**
 * The codec of models. `{ name: 'nwm', ... }` is a catalogued one (see `modelCodec`); a Program, the JSON that
 * `encodeProgram` writes, or `{ name: 'program', graph }` is a whole program; the last form is stored.
 */
export const anyModelCodec: t.Type<Model, Model, unknown> = new t.Type<Model, Model, unknown>(
  'model',
  (u): u is Model => modelCodec.is(u) || isProgramModel(u),
  (u, context) => {
    const graph = t.UnknownRecord.is(u) ? graphIn(u) : undefined;
    if (!t.UnknownRecord.is(u) || graph === undefined) return modelCodec.validate(u, context);
    const strangers =
      'language' in u ? [] : Object.keys(u).filter((key) => key !== 'name' && key !== 'graph');
    // A program has no settings, so further keys are refused instead of ignored.
    return strangers.length === 0
      ? decodeGraph(graph, u, context)
      : t.failures(
          strangers.map((key) => ({
            value: u[key],
            context: t.appendContext(context, key, t.never, u[key]),
            message: 'there is no such setting: the model is a whole program, which has none',
          })),
        );
  },
  t.identity,
);

/** The sizes of pictures, or the arrays of any task. */
export type DataShape = (Sizes & { readonly objects?: number }) | Forms;

/** Whether these are the sizes of pictures. */
export const isSizes = (data: DataShape): data is Sizes & { readonly objects?: number } =>
  typeof data.height === 'number';

/** Pictures of these sizes as arrays. */
export const formsOfSizes = ({ height, width, channels, classes }: Sizes): Forms => {
  const names = Array.from({ length: classes }, (_, k) => `class ${k}`);
  return {
    image: { shape: [height, width, channels], integer: false, plane: 0 },
    mask: { shape: [height, width], integer: true, classes: names, plane: 0 },
    label: { shape: [], integer: true, classes: names },
  };
};

/**
 * The program that an experiment trains on pictures of these sizes or on these arrays, including its loss if
 * that is an output. For classes of pictures: input `image` [height, width, channels]; output `logits`
 * [height, width, classes], or [classes] where whole images are classified. To classify images with a program
 * that classifies pixels, its logits are averaged over all pixels.
 *
 * **Errors** ProgramError if the sizes do not fit a catalogued model; DecodeError if a whole program has other inputs
 * or outputs than the task and the loss require.
 */
export const programFor = (model: Model, loss: Target | LossSpec, data: DataShape): Checked<Program> =>
  pipe(
    learningFor({ model, loss: typeof loss === 'string' ? { ...publishedLoss, target: loss } : loss }, data),
    E.map(({ program }) => program),
  );

/**
 * What an experiment trains, as `programFor`, and how it is scored.
 *
 * **Errors** as `programFor`; DecodeError with every problem of loss and scores by its path.
 */
export const learningFor = (
  {
    model,
    loss,
    scores = [],
    name,
  }: {
    readonly model: Model;
    readonly loss: LossSpec;
    readonly scores?: readonly string[] | OwnScores;
    readonly name?: string;
  },
  data: DataShape,
): Checked<Learning> => {
  const forms = isSizes(data) ? formsOfSizes(data) : data;
  return pipe(
    model.name === 'program'
      ? E.right<DrumheadError, Program>({ graph: model.graph })
      : pipe(
          isSizes(data) ? E.right(data) : sizesOfForms(forms),
          E.flatMap((sizes) => buildModel(model, sizes)),
        ),
    E.tap((program) =>
      isClassLoss(loss) && areImages(forms)
        ? pipe(
            sizesOfForms(forms),
            E.flatMap((sizes) => fits(program, loss.target, sizes)),
          )
        : E.right(undefined),
    ),
    E.map((program) => (isClassLoss(loss) && loss.target === 'image' ? ofWholeImages(program) : program)),
    E.flatMap((program) => learningOf(program, loss, scores, forms, name)),
  );
};

/**
 * The sizes of pictures for which a catalogued model is built: those of `image`, and the number of classes,
 * or the last axis of the only other array.
 *
 * **Errors** DecodeError if the arrays are not pictures.
 */
export const sizesOfForms = (forms: Forms): Checked<Sizes> => {
  const { image, ...others } = forms;
  const named = Object.values(others).find(({ classes }) => classes !== undefined)?.classes?.length;
  const last = Object.values(others).flatMap(({ shape }) => shape.slice(-1))[0];
  const classes = named ?? last;
  return image?.shape.length === 3 && classes !== undefined
    ? E.right({ height: image.shape[0], width: image.shape[1], channels: image.shape[2], classes })
    : E.left(
        decodeError(
          'model',
          'a model of the catalogue needs an array image [height, width, channels] and an array of targets; write a program for others',
        ),
      );
};

const fits = (
  program: Program,
  target: Target,
  { height, width, channels, classes }: Sizes,
): Checked<void> => {
  const { image, ...others } = inputsOf(program.graph);
  const { logits } = outputsOf(program.graph);
  const wantedImage = [height, width, channels];
  const wantedLogits = [[height, width, classes], ...(target === 'image' ? [[classes]] : [])];
  const problems = [
    ...(image !== undefined && sameShape(image, wantedImage) && Object.keys(others).length === 0
      ? []
      : [`its input must be image ${showShape(wantedImage)} alone, it is ${signature(program)}`]),
    ...(logits !== undefined && wantedLogits.some((wanted) => sameShape(logits, wanted))
      ? []
      : [
          `its output logits must be ${wantedLogits.map(showShape).join(' or ')}, it is ${signature(program)}`,
        ]),
  ];
  return unlessProblems('model', problems, undefined);
};

/** Adds a node for the mean of the logits over all pixels. */
const ofWholeImages = (program: Program): Program => {
  const { nodes, outputs } = program.graph;
  const { shape } = nodes[outputs.logits];
  if (shape.length !== 3) return program;
  const mean = {
    op: { op: 'reduce' as const, fn: 'mean' as const, axes: [0, 1] },
    inputs: [outputs.logits],
    shape: shape.slice(2),
  };
  return {
    graph: {
      ...program.graph,
      nodes: [...nodes, mean],
      outputs: { ...outputs, logits: nodes.length },
    },
  };
};

/** A description in one line. */
export const describeAnyModel = (model: Model): string =>
  model.name === 'program'
    ? `a program of its own (${programWords(model)}): ${signature(model)}, ${hashProgram(model).slice(0, 16)}`
    : describeModel(model);
