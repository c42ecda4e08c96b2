/**
 * Kills of the command line: SIGKILL at the n-th system call that changes a file, by strace; without strace
 * after a random time. The same command must then continue to the same bytes.
 */

import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Random, stream } from '../../src/base/random.js';
import { command, type End, type Ended, mayTrace } from './command.js';
import { bareOf, wrapped } from './examples.js';
import { againWith, type Part } from './part.js';
import { differ, printOf, tinyDocument } from './tiny.js';

interface Line {
  readonly name: string;
  readonly words: readonly string[];
  /** One round in this many tries this command. */
  readonly weight: number;
}

const plain = ['--engine', 'wasm'];
const quiet = [...plain, '--no-pictures'];

/** Commands that change files, in a folder with a finished run, exports of it and a picture. */
const lines: readonly Line[] = [
  {
    name: 'run',
    weight: 6,
    words: ['run', '../given/tiny.json', '--runs', 'runs', '--workers', '1', ...quiet],
  },
  {
    name: 'run on two threads',
    weight: 2,
    words: ['run', '../given/tiny.json', '--runs', 'runs', '--workers', '2', ...quiet],
  },
  {
    name: 'sweep',
    weight: 2,
    words: ['sweep', '../given/sweep.json', '--runs', 'runs', '--jobs', '1', '--workers', '1', ...quiet],
  },
  {
    name: 'export',
    weight: 2,
    words: ['export', '../given/program', '--format', 'graph-model', '--out', 'out'],
  },
  { name: 'import', weight: 2, words: ['import', '../given/safetensors', '--out', 'out'] },
  {
    name: 'run-program',
    weight: 2,
    words: ['run-program', '../given/program', '--input', '../given/image.png', '--out', 'out', ...plain],
  },
  {
    name: 'data --export',
    weight: 2,
    words: [
      'data',
      'tetrominoes',
      '--show',
      '0',
      '--set',
      'size=16',
      'cell=2',
      'maxPieces=1',
      'train=4',
      'validation=2',
      'test=2',
      '--export',
      'out',
      '--cache',
      'cache',
    ],
  },
  {
    name: 'query --parquet',
    weight: 2,
    words: [
      'query',
      'select * from epochs order by all',
      '--runs',
      '../given/runs',
      '--parquet',
      'epochs.parquet',
    ],
  },
];

/** Makes half-written files an hour old: only old ones are removed. */
const ageLeft = async (folder: string): Promise<void> => {
  const then = Date.now() / 1000 - 3600;
  for (const name of await readdir(folder, { recursive: true }))
    if (name.endsWith('.tmp')) await utimes(join(folder, name), then, then);
};

const last = ({ code, signal, err }: Ended): string =>
  `it ended with ${signal ?? code}: ${err.trim().split('\n').at(-1) ?? ''}`;

/** Prepares the files that the commands start from. */
const give = async (given: string): Promise<void> => {
  await mkdir(given, { recursive: true });
  await writeFile(join(given, 'tiny.json'), JSON.stringify(tinyDocument));
  await writeFile(
    join(given, 'sweep.json'),
    JSON.stringify({ name: 'tiny/sweep', experiment: tinyDocument, vary: { 'training.rate': [0.01, 0.02] } }),
  );
  await writeFile(join(given, 'image.png'), wrapped(bareOf(16, 16, 8, 2, 48)));
  const must = async (...words: readonly string[]): Promise<void> => {
    const ended = await command(words, given);
    if (ended.code !== 0) throw new Error(`${words.join(' ')}: ${last(ended)}`);
  };
  await must('run', 'tiny.json', '--runs', 'runs', '--workers', '1', ...quiet);
  for (const format of ['program', 'safetensors'])
    await must('export', 'tiny.json', '--runs', 'runs', '--format', format, '--out', format);
};

const drawn = (random: Random, traced: boolean, { seconds }: Ended): End =>
  random.integer(8) === 0
    ? { kind: 'never' }
    : traced
      ? { kind: 'call', at: 1 + random.integer(1 + random.integer(220)) }
      : { kind: 'time', milliseconds: 1 + random.integer(Math.ceil(1000 * seconds)) };

/** Kills a command until it finishes, and compares the files then. */
const killedLine = async (
  { name, words }: Line,
  place: string,
  random: Random,
  traced: boolean,
  straight: { readonly ended: Ended; readonly print: Readonly<Record<string, string>> },
): Promise<{ readonly kills: number; readonly says: string | null }> => {
  await rm(place, { recursive: true, force: true });
  await mkdir(place, { recursive: true });
  const story: string[] = [];
  for (let kills = 0; ; ) {
    const end: End = kills > 20 ? { kind: 'never' } : drawn(random, traced, straight.ended);
    const ended = await command(words, place, end);
    await ageLeft(place);
    if (end.kind !== 'never' && (ended.signal === 'SIGKILL' || ended.code === 137)) {
      kills++;
      story.push(end.kind === 'call' ? `call ${end.at}` : `${end.milliseconds} ms`);
      continue;
    }
    const wrong = ended.code === 0 ? differ(straight.print, await printOf(place)) : last(ended);
    return { kills, says: wrong === null ? null : `${name}, killed at ${story.join(', ')}: ${wrong}` };
  }
};

export const realKills: Part = {
  name: 'real-kills',
  does: 'SIGKILL of the command line at the n-th call of the system that changes a file, by strace; else after a time',
  share: 30,
  open: async (seed, folder) => {
    const traced = mayTrace();
    await give(join(folder, 'given'));
    const slots = lines.flatMap((line) => Array.from({ length: line.weight }, () => line));
    const known = new Map<
      string,
      { readonly ended: Ended; readonly print: Readonly<Record<string, string>> }
    >();
    const straightOf = async (line: Line) => {
      const found = known.get(line.name);
      if (found !== undefined) return found;
      const place = join(folder, 'straight');
      await rm(place, { recursive: true, force: true });
      await mkdir(place, { recursive: true });
      const ended = await command(line.words, place);
      if (ended.code !== 0) throw new Error(`${line.name}: ${last(ended)}`);
      const made = { ended, print: await printOf(place) };
      known.set(line.name, made);
      return made;
    };
    return {
      round: async (index) => {
        const line = slots[(index * 7) % slots.length];
        const random = stream(seed, 'real-kills', index);
        const { kills, says } = await killedLine(
          line,
          join(folder, 'killed'),
          random,
          traced,
          await straightOf(line),
        );
        return {
          tried: { [`${traced ? 'traced kills' : 'kills after a time'} of ${line.name}`]: kills },
          found: says === null ? [] : [{ says, again: againWith('real-kills', seed, index) }],
        };
      },
      end: async () => {},
    };
  },
};
