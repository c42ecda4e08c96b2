/**
 * `drumhead doctor`: the engines of this machine, whether their numbers are right, their speed, and missing packages.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect, mismatch } from '../../base/error.js';
import { fuseVariable } from '../../engine/names.js';
import { terminalTable, wrapped } from '../../report/tables/index.js';
import {
  type Companion,
  type Diagnosis,
  diagnose,
  diagnosisCodec,
  type Tested,
  type Trial,
  type Ways,
} from '../../runner/doctor/index.js';
import { answer, remark } from '../edge.js';
import { terminalWidth } from '../terminal/terminal-width.js';

export interface DoctorFlags {
  readonly seconds: string;
  readonly json?: boolean;
}

const mostSeconds = 60;

/** Seconds, more than 0. **Errors** DecodeError for --seconds. */
const secondsFlag = (value: string): Checked<number> => {
  const seconds = Number(value);
  return value.trim() !== '' && seconds > 0 && seconds <= mostSeconds
    ? E.right(seconds)
    : E.left(
        decodeError('--seconds', `'${value}' is not a number of seconds, more than 0 up to ${mostSeconds}`),
      );
};

const isTested = (trial: Trial): trial is Tested => trial.state === 'works' || trial.state === 'wrong';

/** 3.5 GiB. */
const gibibytes = (bytes: number): string =>
  `${(bytes / 2 ** 30).toFixed(bytes % 2 ** 30 === 0 ? 0 : 1)} GiB`;

const shortly = (value: number | null): string =>
  value === null ? 'NaN' : value === 0 ? '0' : value.toExponential(1);

const limitText = (limit: number): string => (limit === 0 ? '0' : limit.toExponential());

const parityText = ({ parity: { error, limit, holds } }: Tested): string =>
  `${shortly(error)} ${holds ? '<' : '>'} ${limitText(limit)}`;

const perSecond = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(0));

const rowOf = (name: string, trial: Trial): readonly string[] =>
  isTested(trial)
    ? [
        name,
        trial.state === 'wrong' ? 'WRONG' : 'works',
        trial.instructions,
        trial.threads === null ? 'its own' : String(trial.threads),
        gibibytes(trial.limitBytes),
        parityText(trial),
        `${perSecond(trial.speed.imagesPerSecond)}`,
        (trial.speed.flopsPerSecond / 1e9).toFixed(2),
      ]
    : [name, trial.state, ...Array.from({ length: 6 }, () => '')];

const left = (name: string) => ({ name, align: 'left' as const });
const right = (name: string) => ({ name, align: 'right' as const });

const otherwise = 'take another engine by --engine, and install this one anew';

/** The sentence on an engine that is absent, fails or gives wrong numbers. */
const sentenceOf = (name: string, trial: Trial): readonly string[] => {
  switch (trial.state) {
    case 'works':
      return [];
    case 'unusable':
      return [`${name} is unusable: ${trial.reason}`];
    case 'fails':
      return [`${name} fails: ${trial.reason}; ${otherwise}`];
    case 'wrong': {
      const { against, at, error, limit } = trial.parity;
      return [
        `${name} gives wrong numbers: ${at} differs from ${against} by ${shortly(error)}, more than ${limitText(limit)}; ${otherwise}`,
      ];
    }
  }
};

const enginesText = ({ engines, auto, seconds }: Diagnosis, width: number): string => {
  const tested = engines.flatMap(({ trial }) => (isTested(trial) ? [trial] : []));
  const first = engines.find(({ trial }) => isTested(trial))?.name ?? null;
  return terminalTable(
    {
      title: `engines, in the order in which auto takes them: here ${auto.engine ?? 'none'}`,
      columns: [
        left('engine'),
        left(''),
        left('code'),
        right('threads'),
        right('memory'),
        left('error'),
        right('images/s'),
        right('GFLOP/s'),
      ],
      groups: engines.map(({ name, trial }) => [{ kind: 'chief' as const, cells: rowOf(name, trial) }]),
      notes: [
        ...engines.flatMap(({ name, trial }) => sentenceOf(name, trial)),
        // If auto takes the first engine, no sentence is needed.
        ...(auto.engine === first
          ? []
          : [
              `auto takes ${auto.engine ?? 'none'}: ${auto.why}${auto.engine === null ? '; name an engine by --engine' : ''}`,
            ]),
        ...engines.flatMap(({ name, trial }) =>
          isTested(trial) && trial.kernels === 'op by op'
            ? [`${name} computes op by op, as ${fuseVariable} says`]
            : [],
        ),
        ...new Set(
          tested.map(({ parity }) => `error: what is nearest to its limit, beside ${parity.against}`),
        ),
        ...new Set(
          tested.map(
            ({ speed }) =>
              `images/s: training of ${speed.of}, in one thread, for ${seconds} s and at least two images`,
          ),
        ),
        'threads: those that can share a batch, as many as --workers says',
        'memory: the most that tensors take at once; larger batches are cut',
        ...new Set(
          engines.flatMap(({ name, trial }) => (isTested(trial) ? [`${name}: ${trial.version}`] : [])),
        ),
      ],
    },
    width,
  );
};

const machineText = ({ drumhead, node, machine }: Diagnosis): readonly string[] => {
  const { threads, threadsAllowed, memory, memoryFree, memoryAllowed, addressesAllowed, heapAllowed } =
    machine;
  const limits = [
    ...(memoryAllowed === null ? [] : [`${gibibytes(memoryAllowed)} for this container`]),
    ...(addressesAllowed === null ? [] : [`${gibibytes(addressesAllowed)} of addresses (ulimit -v)`]),
    `${gibibytes(heapAllowed)} for Node's own heap`,
  ];
  return [
    `drumhead ${drumhead}, Node ${node}, ${machine.platform}`,
    `${machine.processor}, ${threads} ${threads === 1 ? 'thread' : 'threads'}${threadsAllowed === threads ? '' : `, ${threadsAllowed} for this process`}`,
    `memory: ${gibibytes(memory)}, ${gibibytes(memoryFree)} free; limits: ${limits.join(', ')}`,
  ];
};

/** A command is on a line of its own, so that it can be copied. */
const companionLines = ({ version, problem, lost, brings }: Companion): readonly string[] => {
  if (problem !== null)
    return [`${version === null ? 'there' : `found ${version}`}, and it fails: ${problem}; ${lost}`, brings];
  return version === null ? [`absent: ${lost}`, brings] : [`found ${version}`];
};

/** A name and its lines beside it; long lines are wrapped. */
const besideName = (
  name: string,
  lines: readonly string[],
  names: number,
  width: number,
): readonly string[] =>
  lines
    .flatMap((line) => wrapped(line, Math.max(24, width - names - 2)))
    .map((line, i) => `${(i === 0 ? name : '').padEnd(names)}  ${line}`);

/**
 * The diagnosis as plain text, without colours.
 *
 * @param width columns; 80 if the output is not a terminal
 */
export const diagnosisText = (diagnosis: Diagnosis, width = 80): string => {
  const { others } = diagnosis;
  const names = others.reduce((most, { name }) => Math.max(most, name.length), 0);
  return [
    ...machineText(diagnosis).flatMap((line) => wrapped(line, width)),
    '',
    enginesText(diagnosis, width),
    '',
    'what drumhead does without',
    ...others.flatMap((one) => besideName(one.name, companionLines(one), names, width)),
  ].join('\n');
};

/**
 * Tries every engine and prints the diagnosis.
 *
 * **Errors** DecodeError for --seconds; Mismatch, after printing the diagnosis, if an engine gives wrong numbers. An
 * engine that is absent, fails or dies is part of the diagnosis.
 */
export const doctor = (flags: DoctorFlags, ways?: Ways): Effect<string> =>
  pipe(
    TE.fromEither(secondsFlag(flags.seconds)),
    TE.tapIO((seconds) => () => remark(`trying four engines, ${seconds} s of training each, …`)),
    TE.flatMapTask((seconds) => () => diagnose(seconds, ways)),
    TE.flatMap((diagnosis): Effect<string> => {
      const text =
        flags.json === true
          ? JSON.stringify(diagnosisCodec.encode(diagnosis), null, 2)
          : diagnosisText(diagnosis, terminalWidth());
      const wrong = diagnosis.engines.filter(({ trial }) => trial.state === 'wrong');
      if (wrong.length === 0) return TE.right(text);
      answer(text);
      return TE.left(mismatch(wrong.flatMap(({ name, trial }) => sentenceOf(name, trial)).join('; ')));
    }),
  );
