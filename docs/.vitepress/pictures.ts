/**
 * Pictures of systems and tasks for the pages that show them: drawn by drumhead itself when the site is built, into
 * docs/public/live. Where the playground was built before (`npm run web:build`), the site has it too, and pictures can be played.
 */

import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';

/** What a page may show: the names of a page's pictures, by the page. */
const named = (docs: string, page: string): readonly string[] =>
  [...readFileSync(join(docs, page), 'utf8').matchAll(/<Live kind="\w+" name="([\w-]+)"/g)].map(
    ([, name]) => name,
  );

/** Runs a command of drumhead in a folder, and gives what it said if it failed. */
const run = (root: string, cwd: string, args: readonly string[]): Promise<string> =>
  new Promise((done) => {
    const child = spawn(process.execPath, [join(root, 'bin/drumhead.js'), ...args], {
      cwd,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.on('error', (cause) => done(cause.message));
    child.on('close', (status) => done(status === 0 ? '' : said.trim()));
  });

/** Systems that come to rest, fall together or apart are shown at an earlier frame, at which there is something to see. */
const earlier: Readonly<Record<string, number>> = { horn: 2, kuramoto: 1, wonn: 1 };

/** A frame of a GIF as a PNG: the last one, or that with this number from 0. */
const frameOf = (root: string, gif: string, png: string, number = Number.POSITIVE_INFINITY): void => {
  const require = createRequire(join(root, 'package.json'));
  const { GifReader } = require('omggif');
  const { PNG } = require('pngjs');
  const reader = new GifReader(readFileSync(gif));
  const picture = new PNG({ width: reader.width, height: reader.height });
  for (let i = 0; i < reader.numFrames() && i <= number; i++) reader.decodeAndBlitFrameRGBA(i, picture.data);
  writeFileSync(png, PNG.sync.write(picture));
};

/** Draws the pictures that are not there, or are older than the build of drumhead. */
export const drawPictures = async (root: string, docs: string): Promise<void> => {
  const out = join(docs, 'public/live');
  mkdirSync(out, { recursive: true });
  const built = statSync(join(root, 'dist/index.js')).mtimeMs;
  const fileOf = (kind: string, name: string): string => join(out, `${kind}-${name}.png`);
  const isOld = (file: string): boolean => !existsSync(file) || statSync(file).mtimeMs < built;
  const made = mkdtempSync(join(tmpdir(), 'drumhead-pictures-'));
  const system = async (name: string): Promise<string> => {
    const gif = join(made, `${name}.gif`);
    const said = await run(root, made, [
      'play',
      name,
      '--gif',
      gif,
      '--frames',
      '6',
      '--size',
      '64',
      '--engine',
      'wasm',
    ]);
    if (said === '') frameOf(root, gif, fileOf('systems', name), earlier[name]);
    return said;
  };
  const task = (name: string): Promise<string> => {
    const few = ['--set', 'train=1', 'validation=1', 'test=6', '--show', '6'];
    return run(root, made, ['data', name, ...few, '--force', '--out', fileOf('tasks', name)]);
  };
  const left = [
    ...named(docs, 'systems.md').map((name) => ({ file: fileOf('systems', name), name, draw: system })),
    ...named(docs, 'tasks.md').map((name) => ({ file: fileOf('tasks', name), name, draw: task })),
  ].filter(({ file }) => isOld(file));
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const said = await next.draw(next.name);
      if (said !== '') console.warn(`no picture of ${next.name}: ${said}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker));
  rmSync(made, { recursive: true, force: true });
  rmSync(join(out, 'drumhead-files.json'), { force: true });
};

/** A state as the addresses of the playground have it (`web/src/state/packed.ts`): its length, its JSON, deflated. */
const packed = (state: object): string => {
  const text = Buffer.from(JSON.stringify(state));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return deflateRawSync(Buffer.concat([length, text]), { level: 9 }).toString('base64url');
};

/** Tasks whose pictures the playground can draw (web/src/draw/known-tasks.ts); of `filmed` the page plays samples. */
const drawn = [
  'tetrominoes',
  'mnist',
  'multi-mnist',
  'polygons',
  'mazes',
  'pathfinder',
  'inside-outside',
  'connectedness',
  'shapes',
];

/** Tasks whose samples the page itself plays (theme/task-films.ts). */
const filmed = ['adding', 'copy', 'wave-forecast', 'sequential-mnist'];

/** Tasks for which the playground has trained networks. */
const trainedTasks = (root: string): readonly string[] => {
  const listed: readonly { readonly task: { readonly name: string } }[] = JSON.parse(
    readFileSync(join(root, 'web/weights/index.json'), 'utf8'),
  );
  return listed.map(({ task }) => task.name);
};

export interface Live {
  /** Pictures that are there: `systems-wave`. */
  readonly pictures: readonly string[];
  /** Addresses within the playground, by picture; empty where it was not built. */
  readonly played: Readonly<Record<string, string>>;
  /** Pictures of tasks whose samples the page plays. */
  readonly films: readonly string[];
  /** Pictures of tasks whose networks are trained. */
  readonly trained: readonly string[];
}

/** Takes the playground into the site where it was built, and says what there is to show. */
export const liveOf = (root: string, docs: string): Live => {
  const play = join(docs, 'public/play');
  rmSync(play, { recursive: true, force: true });
  const hasPlayground = existsSync(join(root, 'web/dist/index.html'));
  if (hasPlayground) cpSync(join(root, 'web/dist'), play, { recursive: true });
  else console.warn('the playground is not built (npm run web:build): the site has still pictures alone');
  const systems = named(docs, 'systems.md');
  const tasks = named(docs, 'tasks.md');
  const all = [...systems.map((name) => `systems-${name}`), ...tasks.map((name) => `tasks-${name}`)];
  const lab = systems.map((name) => [`systems-${name}`, `lab/${packed({ system: name, probe: -1 })}`]);
  const trained = trainedTasks(root);
  const draw = tasks
    .filter((name) => drawn.includes(name))
    .map((task) => [
      `tasks-${task}`,
      `draw/${packed({ task, trained: trained.includes(task), cone: false, share: 0, sample: 0 })}`,
    ]);
  return {
    pictures: all.filter((name) => existsSync(join(docs, 'public/live', `${name}.png`))),
    films: tasks.filter((name) => filmed.includes(name)).map((name) => `tasks-${name}`),
    trained: trained.map((task) => `tasks-${task}`),
    played: hasPlayground ? Object.fromEntries([...lab, ...draw]) : {},
  };
};
