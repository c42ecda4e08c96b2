/**
 * Hostile files through the command line, each in a process with a limit on time and memory. It must end by
 * itself, with a sentence, and write only where it was told to.
 */

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { stream } from '../../src/base/random.js';
import { command, type Ended } from './command.js';
import { samplesIn } from './documents.js';
import { arrays, bares, experiments, json, pngs, sweeps, text, wrapped } from './examples.js';
import { changed, damaged } from './mutate.js';
import { againWith, type Part } from './part.js';
import { differ, printOf } from './tiny.js';

/** Limits of the issue, in seconds of processors and in MB. */
const limits = { seconds: 25, megabytes: 2048 } as const;

/** Control characters that a terminal obeys. */
const controls = /(?![\t\n\r])\p{Cc}/u;

const problemOf = ({ code, signal, out, err, busy, megabytes }: Ended): string | null =>
  /fault of drumhead|Unhandled|^\s+at .*:\d+:\d+/m.test(err)
    ? `it says: ${err.trim().split('\n').slice(0, 3).join(' ').slice(0, 400)}`
    : signal !== null || code === null || ![0, 1, 2].includes(code)
      ? `it ended with ${signal ?? code}: ${err.trim().slice(-300)}`
      : code !== 0 && err.trim() === ''
        ? `it ended with ${code} and said nothing`
        : busy > limits.seconds
          ? `it took ${busy.toFixed(0)} s`
          : megabytes > limits.megabytes
            ? `it took ${megabytes.toFixed(0)} MB`
            : controls.test(out + err)
              ? 'control characters came to the terminal'
              : null;

interface Hostile {
  readonly name: string;
  /** The path of the file inside a copy of the command's folder. */
  readonly file: string;
  readonly bytes: (
    pick: <A>(items: readonly A[]) => A,
    wrong: (bytes: Uint8Array) => Uint8Array,
    other: (value: unknown) => unknown,
  ) => Uint8Array;
  readonly words: readonly string[];
}

const hostiles: readonly Hostile[] = [
  ...['show', 'export'].flatMap((verb): readonly Hostile[] => [
    {
      name: `${verb} of JSON`,
      file: 'a.json',
      bytes: (pick, _, other) =>
        json(other(pick(verb === 'show' ? [...experiments, ...sweeps] : experiments))),
      words: verb === 'show' ? ['show', 'a.json'] : ['export', 'a.json', '--untrained', '--out', 'out'],
    },
    {
      name: `${verb} of YAML`,
      file: 'a.yaml',
      bytes: (pick, wrong) => wrong(text(stringify(pick(experiments)))),
      words: verb === 'show' ? ['show', 'a.yaml'] : ['export', 'a.yaml', '--untrained', '--out', 'out'],
    },
  ]),
  {
    name: 'run-program on a picture',
    file: 'a.png',
    bytes: (pick, wrong) => wrapped(wrong(pick(bares))),
    words: ['run-program', 'program', '--input', 'a.png', '--out', 'out', '--engine', 'wasm'],
  },
  {
    name: 'run-program on an array',
    file: 'a.npy',
    bytes: (pick, wrong) => wrong(pick(arrays)),
    words: ['run-program', 'program', '--input', 'a.npy', '--out', 'out', '--engine', 'wasm'],
  },
  {
    name: 'run-program of program.json',
    file: 'program/program.json',
    bytes: (_, __, other) => json(other(null)),
    words: ['run-program', 'program', '--input', 'image.png', '--out', 'out', '--engine', 'wasm'],
  },
  {
    name: 'run-program of model.json',
    file: 'graph-model/model.json',
    bytes: (_, __, other) => json(other(null)),
    words: ['run-program', 'graph-model', '--input', 'image.png', '--out', 'out', '--engine', 'wasm'],
  },
  {
    name: 'import of safetensors',
    file: 'safetensors/weights.safetensors',
    bytes: (_, wrong) => wrong(new Uint8Array(0)),
    words: ['import', 'safetensors', '--out', 'out'],
  },
  {
    name: 'data of PNG pairs',
    file: 'pairs/train/images/a.png',
    bytes: (pick, wrong) => wrong(pick(pngs)),
    words: ['data', 'pairs', '--out', 'out/sheet.png'],
  },
  {
    name: 'status of runs',
    file: 'run',
    bytes: (_, wrong) => wrong(new Uint8Array(0)),
    words: ['status', '--runs', 'runs', '--check'],
  },
  {
    name: 'table of runs',
    file: 'run',
    bytes: (_, wrong) => wrong(new Uint8Array(0)),
    words: ['table', 'runs'],
  },
  {
    name: 'query of runs',
    file: 'run',
    bytes: (_, wrong) => wrong(new Uint8Array(0)),
    words: ['query', '--runs', 'runs'],
  },
  {
    name: 'evaluate of a run',
    file: 'run',
    bytes: (_, wrong) => wrong(new Uint8Array(0)),
    words: ['evaluate', 'RUN', '--runs', 'runs', '--engine', 'wasm', '--workers', '1'],
  },
];

export const lines: Part = {
  name: 'lines',
  does: `hostile files through the command line, with ${limits.seconds} s of processors and ${limits.megabytes} MB`,
  share: 15,
  open: async (seed, folder) => {
    const whole = join(folder, 'whole');
    const { run } = await samplesIn(whole);
    for (const format of ['program', 'graph-model', 'safetensors'])
      rmSync(join(whole, format, 'drumhead-files.json'));
    const runFile = run.slice(whole.length + 1);
    for (const split of ['train', 'test'])
      for (const kind of ['images', 'masks']) {
        mkdirSync(join(whole, 'pairs', split, kind), { recursive: true });
        writeFileSync(join(whole, 'pairs', split, kind, 'a.png'), pngs[2]);
      }
    writeFileSync(join(whole, 'image.png'), wrapped(bares[1]));
    const inside =
      'result.json run.json metrics.ndjson experiment.json program.json environment.json checkpoint.json'.split(
        ' ',
      );
    return {
      round: async (index) => {
        const hostile = hostiles[index % hostiles.length];
        const random = stream(seed, 'lines', index);
        const place = join(folder, 'place');
        rmSync(place, { recursive: true, force: true });
        cpSync(whole, place, { recursive: true });
        const file =
          hostile.file === 'run' ? join(runFile, inside[random.integer(inside.length)]) : hostile.file;
        const there = (): Uint8Array => readFileSync(join(place, file));
        writeFileSync(
          join(place, file),
          hostile.bytes(
            (items) => items[random.integer(items.length)],
            (bytes) => damaged(bytes.length === 0 ? there() : bytes, random),
            (value) => changed(value ?? JSON.parse(new TextDecoder().decode(there())), random),
          ),
        );
        const before = await printOf(folder);
        const ended = await command(
          hostile.words.map((word) => (word === 'RUN' ? runFile : word)),
          place,
          { kind: 'never' },
          240,
        );
        const after = await printOf(folder);
        const asked = (name: string): boolean => /^place\/(out|runs\/\.cache)(\/|$)/.test(name);
        const outside = differ(
          before,
          Object.fromEntries(Object.entries(after).filter(([name]) => !asked(name))),
        );
        const says = problemOf(ended) ?? (outside === null ? null : `it wrote elsewhere: ${outside}`);
        return {
          tried: { [hostile.name]: 1 },
          found:
            says === null
              ? []
              : [{ says: `${hostile.name}: ${says}`, again: againWith('lines', seed, index) }],
        };
      },
      end: async () => {},
    };
  },
};
