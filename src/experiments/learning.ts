/**
 * What an experiment trains on the arrays of its task: the program with its loss, and how it is scored. All
 * mismatches between program, task and loss are found here, before anything is computed.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Checked, decodeError, nearest } from '../base/error.js';
import type { ArrayForm } from '../data/arrays.js';
import { objectsAmong } from '../data/classes/names.js';
import { inputsOf, outputsOf, type Program, sameShape, showShape, tryProgram } from '../dsl/index.js';
import { inputsBehind, joined, nodesBehind, withoutInputs } from '../dsl/joining.js';
import {
  type ClassLoss,
  isClassLoss,
  isProgramLoss,
  type LossSpec,
  type NumberLoss,
  type ProgramLoss,
} from './loss.js';
import { lossProgram, namedOutputs, predictionInput } from './named-losses.js';
import type { OwnScores } from './scores/own-scores.js';

/** The arrays of a task by name. */
export type Forms = Readonly<Record<string, ArrayForm>>;

/** A loss of classes, which has kernels of its own. */
export interface ClassesAim {
  readonly kind: 'classes';
  readonly loss: ClassLoss;
  /** The array of the classes. */
  readonly label: string;
  readonly classes: number;
  /**
   * Whether the places of a picture have classes, with the scores of segmentation, or whole samples have one.
   */
  readonly scored: 'segmentation' | 'classes';
  /** The number of classes, after the background, that are single objects, whose groups are scored; 0 for none. */
  readonly objects: number;
}

/** A loss and scores that are outputs of the program. */
export interface OutputsAim {
  readonly kind: 'outputs';
  readonly loss: ProgramLoss;
  readonly scores: OwnScores;
}

/** What is trained. */
export interface Learning {
  /** The program, including loss and scores if these are outputs. */
  readonly program: Program;
  readonly aim: ClassesAim | OutputsAim;
}

const listed = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));

const unknown = (path: string, what: string, name: string, known: readonly string[]): string => {
  const meant = nearest(name, known);
  return `${path}: there is no ${what} '${name}'${meant === undefined ? '' : `; did you mean '${meant}'?`}${meant === undefined ? '.' : ''} There are: ${listed(known)}`;
};

/** Problems with the inputs of a program: arrays that the task does not have, or has in another shape. */
export const inputProblems = (program: Program, forms: Forms): readonly string[] =>
  Object.entries(inputsOf(program.graph)).flatMap(([name, shape]) => {
    const form = forms[name];
    if (form === undefined) return [unknown(`model.inputs.${name}`, 'array', name, Object.keys(forms))];
    return sameShape(form.shape, shape)
      ? []
      : [
          `model.inputs.${name}: the program takes ${showShape(shape)}, the task has ${showShape(form.shape)}`,
        ];
  });

/** Problems with an output that must be one number per sample. */
const scalarProblems = (program: Program, path: string, output: string): readonly string[] => {
  const outputs = outputsOf(program.graph);
  const shape = outputs[output];
  if (shape === undefined) return [unknown(path, 'output', output, Object.keys(outputs))];
  return shape.length === 0
    ? []
    : [
        `${path}: the output ${output} is ${showShape(shape)}, and has to be a number for each sample []; sum it over its axes`,
      ];
};

/**
 * Problems with a count. It must be known before the gradients are computed, so neither weights nor noise may
 * enter it.
 */
const countProblems = (program: Program, path: string, count: string): readonly string[] => {
  const scalar = scalarProblems(program, path, count);
  if (scalar.length > 0) return scalar;
  const { graph } = program;
  const ops = [...nodesBehind(graph, count)].map((number) => graph.nodes[number].op);
  const weight = ops.find(({ op }) => op === 'parameter');
  const chance = ops.find(({ op }) => op === 'noise' || op === 'training');
  const named = weight !== undefined && 'name' in weight ? ` ${weight.name}` : '';
  return weight === undefined && chance === undefined
    ? []
    : [
        `${path}: ${count} depends on ${weight === undefined ? (chance?.op === 'noise' ? 'noise' : 'the phase of training') : `the parameter${named}`}; what a loss is divided by depends on targets alone`,
      ];
};

const scoreProblems = (program: Program, scores: OwnScores): readonly string[] =>
  Object.entries(scores).flatMap(([name, { output, count }]) => [
    ...scalarProblems(program, `scores.${name}.output`, output),
    ...(count === undefined ? [] : scalarProblems(program, `scores.${name}.count`, count)),
  ]);

const lossProblems = (program: Program, { output, count, targets = [] }: ProgramLoss): readonly string[] => [
  ...scalarProblems(program, 'loss.output', output),
  ...(count === undefined ? [] : countProblems(program, 'loss.count', count)),
  ...targets.flatMap((name, i) => {
    const inputs = Object.keys(inputsOf(program.graph));
    return inputs.includes(name) ? [] : [unknown(`loss.targets.${i}`, 'input', name, inputs)];
  }),
];

/** The aim of a loss that is an output, with its scores; null for classes. Needs no data. */
export const outputsAimOf = (
  loss: LossSpec,
  scores: readonly string[] | OwnScores = [],
): OutputsAim | null => {
  if (isClassLoss(loss)) return null;
  const own = chosenScores(scores) ?? {};
  if (isProgramLoss(loss)) return { kind: 'outputs', loss, scores: own };
  const named = namedOutputs(loss);
  return { kind: 'outputs', loss: named.loss, scores: { ...named.scores, ...own } };
};

/** The output that is minimised, or from which the loss follows. */
export const trainedOutput = (loss: LossSpec): string => outputsAimOf(loss)?.loss.output ?? 'logits';

/** The outputs that a loss and scores are computed with. */
const outputsOfAim = ({ loss, scores }: Pick<OutputsAim, 'loss' | 'scores'>): readonly string[] => [
  ...new Set([
    loss.output,
    ...(loss.count === undefined ? [] : [loss.count]),
    ...Object.values(scores).flatMap(({ output, count }) =>
      count === undefined ? [output] : [output, count],
    ),
  ]),
];

/** The inputs that exist only in training and scoring. */
const targetsOf = (
  program: Program,
  { loss, scores }: Pick<OutputsAim, 'loss' | 'scores'>,
): readonly string[] => {
  const { graph } = program;
  const own = outputsOfAim({ loss, scores }).filter((name) => Object.hasOwn(graph.outputs, name));
  const answers = Object.keys(graph.outputs).filter((name) => !own.includes(name));
  const read = (names: readonly string[]): ReadonlySet<string> =>
    new Set(names.flatMap((name) => [...inputsBehind(graph, name)]));
  const [scored, answered] = [read(own), read(answers)];
  return loss.targets ?? [...scored].filter((name) => !answered.has(name));
};

/**
 * The program without everything that needs a target: the part that is exported, played, and run on data
 * without targets. The program is returned unchanged if no loss or score reads its outputs, or if it has no
 * outputs besides the loss.
 */
export const answersOf = (program: Program, aim: Learning['aim']): Program => {
  if (aim.kind === 'classes') return program;
  const targets = targetsOf(program, aim);
  const own = outputsOfAim(aim);
  const answers = Object.keys(program.graph.outputs).filter(
    (name) =>
      !own.includes(name) && ![...inputsBehind(program.graph, name)].some((input) => targets.includes(input)),
  );
  return answers.length === 0 ? program : withoutInputs(program, answers, targets);
};

const chosenScores = (scores: readonly string[] | OwnScores): OwnScores | null =>
  isList(scores) ? null : scores;
const isList = (scores: readonly string[] | OwnScores): scores is readonly string[] => Array.isArray(scores);

/** The arrays that a training reads, without the targets. */
export const inputsOfLearning = ({ program, aim }: Learning): readonly string[] => {
  const targets = aim.kind === 'classes' ? [] : targetsOf(program, aim);
  return Object.keys(inputsOf(program.graph)).filter((name) => !targets.includes(name));
};

/** The arrays that a training reads. */
export const readBy = ({ program, aim }: Learning): readonly string[] => [
  ...Object.keys(inputsOf(program.graph)),
  ...(aim.kind === 'classes' ? [aim.label] : []),
];

/** Problems with arrays that nothing reads. Arrays that describe samples are not reported. */
export const unreadProblems = (learning: Learning, forms: Forms): readonly string[] => {
  const read = readBy(learning);
  return Object.keys(forms)
    .filter((name) => !read.includes(name) && forms[name].aside !== true)
    .map(
      (name) =>
        `task.arrays: no input of the program takes ${name}, and the loss does not compare with it; leave it out, or name the arrays of the files that are meant, arrays: { ${read.map((one) => `${one}: ${one}`).join(', ')} }`,
    );
};

/** Whether the arrays are pictures with a class for each pixel and for the whole. */
export const areImages = (forms: Forms): boolean =>
  forms.image !== undefined && forms.mask?.classes !== undefined && forms.label?.classes !== undefined;

/**
 * The array of the classes: for pictures it follows from the target of the loss; otherwise it is the only
 * array that is not an input of the program.
 */
const labelOf = (program: Program, loss: ClassLoss, forms: Forms): E.Either<string, string> => {
  if (areImages(forms)) return E.right(loss.target === 'pixel' ? 'mask' : 'label');
  const taken = Object.keys(inputsOf(program.graph));
  const free = Object.keys(forms).filter((name) => !taken.includes(name) && forms[name].aside !== true);
  const named = free.filter((name) => forms[name].classes !== undefined);
  const [only, second] = named.length > 0 ? named : free.filter((name) => forms[name].integer);
  return only !== undefined && second === undefined
    ? E.right(only)
    : E.left(
        `loss: ${loss.name} needs one array of classes that the program does not take; those that it does not take are: ${listed(free)}`,
      );
};

/** Values of an array that are not classes; null if there are none, or if the array was not scanned. */
const classesBeyond = (label: string, classes: number, { range, integer }: ArrayForm): string | null => {
  if (range === undefined) return null;
  const [, largest] = range;
  if (!integer) return `${label}: classes are whole numbers, and it holds others, up to ${largest}`;
  return largest < classes
    ? null
    : `${label}: it holds the class ${largest}, and the output logits has ${classes}, 0 to ${classes - 1}`;
};

const ofClasses = (program: Program, loss: ClassLoss, forms: Forms, source: string): Checked<Learning> =>
  pipe(
    labelOf(program, loss, forms),
    E.flatMap((label) => {
      const logits = outputsOf(program.graph).logits;
      const { shape } = forms[label];
      const classes = forms[label].classes?.length ?? logits?.[logits.length - 1] ?? 0;
      if (logits === undefined || !sameShape(logits, [...shape, classes]))
        return E.left(
          `loss: ${loss.name} needs an output logits ${showShape([...shape, classes])} for the classes ${label}, it is ${logits === undefined ? 'not there' : showShape(logits)}${logits !== undefined && shape.length === 0 && logits.length === 3 ? '; loss.target: image takes the mean over all pixels' : ''}`,
        );
      const beyond = classesBeyond(label, classes, forms[label]);
      if (beyond !== null) return E.left(beyond);
      const scored = areImages(forms) || shape.length >= 2 ? 'segmentation' : 'classes';
      const objects = shape.length >= 2 ? objectsAmong(forms[label].classes ?? []) : 0;
      const aim: ClassesAim = { kind: 'classes', loss, label, classes, scored, objects };
      return E.right({ program, aim });
    }),
    E.mapLeft((problem) => decodeError(source, problem)),
  );

/** The output that a loss by name compares. */
export const predictionOf = (program: Program, loss: NumberLoss): E.Either<string, string> => {
  const outputs = Object.keys(outputsOf(program.graph));
  if (loss.output !== undefined)
    return outputs.includes(loss.output)
      ? E.right(loss.output)
      : E.left(unknown('loss.output', 'output', loss.output, outputs));
  const found =
    ['prediction', 'logits'].find((name) => outputs.includes(name)) ??
    (outputs.length === 1 ? outputs[0] : undefined);
  return found === undefined
    ? E.left(`loss.output: which of the outputs ${listed(outputs)} is compared? Name it`)
    : E.right(found);
};

/** The array that a loss by name compares with. */
export const againstOf = (program: Program, loss: NumberLoss, forms: Forms): E.Either<string, string> => {
  const arrays = Object.keys(forms);
  if (loss.against !== undefined)
    return arrays.includes(loss.against)
      ? E.right(loss.against)
      : E.left(unknown('loss.against', 'array', loss.against, arrays));
  const taken = Object.keys(inputsOf(program.graph));
  const mask = 'mask' in loss ? loss.mask : undefined;
  const free = arrays.filter(
    (name) =>
      taken.includes(name) === (loss.name === 'next-step') && name !== mask && forms[name].aside !== true,
  );
  return free.length === 1
    ? E.right(free[0])
    : E.left(
        `loss.against: which of the arrays ${listed(free.length === 0 ? arrays : free)} is ${loss.name} compared with? Name it`,
      );
};

const withNamedLoss = (program: Program, loss: NumberLoss, forms: Forms): E.Either<string, Program> =>
  pipe(
    E.Do,
    E.bind('output', () => predictionOf(program, loss)),
    E.bind('against', () => againstOf(program, loss, forms)),
    E.flatMap(({ output, against }) => {
      const mask = 'mask' in loss ? loss.mask : undefined;
      if (mask !== undefined && forms[mask] === undefined)
        return E.left(unknown('loss.mask', 'array', mask, Object.keys(forms)));
      return pipe(
        tryProgram(() =>
          joined(
            program,
            lossProgram(loss, {
              prediction: outputsOf(program.graph)[output],
              against: { name: against, shape: forms[against].shape },
              ...(mask === undefined ? {} : { mask: { name: mask, shape: forms[mask].shape } }),
            }),
            { [predictionInput]: output },
          ),
        ),
        E.mapLeft(({ message }) => `loss: ${output} against ${against}: ${message}`),
      );
    }),
  );

const byClasses = (
  program: Program,
  loss: LossSpec,
  own: OwnScores,
  forms: Forms,
  inputs: readonly string[],
  source: string,
): Checked<Learning> => {
  const problems = [
    ...inputs,
    ...(Object.keys(own).length === 0
      ? []
      : [
          'scores: a loss of classes by name has scores of its own; to add others write the loss into the program (crossEntropy, focal, dice) and name its outputs in loss',
        ]),
  ];
  return problems.length === 0 && isClassLoss(loss)
    ? ofClasses(program, loss, forms, source)
    : E.left(decodeError(source, problems));
};

/**
 * What is trained: the program with its loss and its scores, on arrays of these forms.
 *
 * @param source the subject of the problems, such as the name of the experiment
 *
 * **Errors** DecodeError with every problem by its path: an output that is not one number per sample, an
 * input without an array in the task, a count that depends on a weight.
 */
export const learningOf = (
  program: Program,
  loss: LossSpec,
  scores: readonly string[] | OwnScores,
  forms: Forms,
  source = 'experiment',
): Checked<Learning> => {
  const inputs = inputProblems(program, forms);
  const own = chosenScores(scores) ?? {};
  const aim = outputsAimOf(loss, scores);
  if (isClassLoss(loss) || aim === null) return byClasses(program, loss, own, forms, inputs, source);
  if (isProgramLoss(loss)) {
    const problems = [...inputs, ...lossProblems(program, loss), ...scoreProblems(program, own)];
    return problems.length > 0 ? E.left(decodeError(source, problems)) : E.right({ program, aim });
  }
  const made = withNamedLoss(program, loss, forms);
  const problems = [...inputs, ...(E.isLeft(made) ? [made.left] : []), ...scoreProblems(program, own)];
  if (problems.length > 0 || E.isLeft(made)) return E.left(decodeError(source, problems));
  return E.right({ program: made.right, aim });
};
