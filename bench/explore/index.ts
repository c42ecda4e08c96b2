/**
 * Tries every property of the specs and the laws with fresh seeds, for a given time.
 *
 *     npm run explore -- --minutes 60             an hour; goes on where it stopped
 *     npm run explore -- --seed 7                 begins with this seed
 *     npm run explore -- --only light-cone        only what has this in its name
 *
 * A seed goes through everything once: a round of the laws on all systems, engines and random programs, random programs
 * in fused kernels, and every file of specs that has a property; then comes the next seed. Each is a process of its own,
 * with bounded memory. What is found is printed with its seed and path and the command that finds it again. Ctrl-C ends
 * with what was tried so far. Where it stands is kept in .cache/explore.json. Exits 1 when something was found.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { type Item, items } from './items.js';
import { readState, type State, stateFile, writeState } from './state.js';

const options = {
  minutes: { type: 'string', default: '60' },
  seed: { type: 'string' },
  only: { type: 'string' },
} as const;

const wrongUse = (): never => {
  process.stderr.write(
    '--minutes takes a number, --seed a whole number from 0, --only a part of a name; there are no others\n',
  );
  return process.exit(2);
};

const flags = () => {
  try {
    const { minutes, seed, only } = parseArgs({ options }).values;
    const numbers = { minutes: Number(minutes), seed: seed === undefined ? undefined : Number(seed), only };
    const good =
      numbers.minutes > 0 &&
      (numbers.seed === undefined || (Number.isSafeInteger(numbers.seed) && numbers.seed >= 0));
    return good ? numbers : wrongUse();
  } catch {
    return wrongUse();
  }
};
const { minutes, seed: asked, only } = flags();

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const began = performance.now();
const spent = (): number => (performance.now() - began) / 60_000;

const all = items().filter(({ name }) => only === undefined || name.includes(only));
if (all.length === 0) {
  process.stderr.write(`nothing has '${only}' in its name; there are:\n`);
  for (const { name } of items()) process.stderr.write(`  ${name}\n`);
  process.exit(2);
}

/** Megabytes of one process's heap. */
const mostHeap = 4096;

let child: ChildProcess | null = null;
let stopped: 'time' | 'person' | null = null;
const stop = (why: 'time' | 'person'): void => {
  stopped ??= why;
  child?.kill('SIGTERM');
};
process.on('SIGINT', () => stop('person'));
process.on('SIGTERM', () => stop('person'));
setTimeout(() => stop('time'), minutes * 60_000).unref();

/** Tries one item; what it printed and how it ended. */
const attempt = (
  item: Item,
  seed: number,
): Promise<{ readonly said: string; readonly code: number | null }> =>
  new Promise((resolve) => {
    const made = spawn(process.execPath, [`--max-old-space-size=${mostHeap}`, ...item.args(seed)], {
      env: { ...process.env, ...item.env(seed) },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C is for this process to hear.
      detached: true,
    });
    child = made;
    // Only the end of a very long output is kept.
    let said = '';
    const hear = (text: string): void => {
      said = (said + text).slice(-1_000_000);
    };
    made.stdout.setEncoding('utf8').on('data', hear);
    made.stderr.setEncoding('utf8').on('data', hear);
    made.on('error', (cause) => resolve({ said: String(cause), code: null }));
    made.on('close', (code) => {
      child = null;
      resolve({ said, code });
    });
  });

const left = only === undefined ? readState() : null;
let state: State =
  asked === undefined
    ? (left ?? { seed: 1, done: 0, found: [] })
    : { seed: asked, done: 0, found: left?.found ?? [] };
const keep = (next: State): void => {
  state = next;
  if (only === undefined) writeState(state);
};
const first = state.seed;
say(
  `${all.length} things to try with each seed, from seed ${state.seed}` +
    (state.done > 0 ? `, ${state.done} of them done before` : ''),
);

let held = 0;
let tried = 0;
const found: string[] = [];
while (stopped === null) {
  const item = all[state.done];
  if (item === undefined) {
    keep({ ...state, seed: state.seed + 1, done: 0 });
    continue;
  }
  const { said, code } = await attempt(item, state.seed);
  // The time of a short session may not be enough for one item: the next begins with another.
  if (stopped === 'time' && tried === 0)
    say(`there was no time for ${item.name}; the next session leaves it out`);
  if (stopped !== null && !(stopped === 'time' && tried === 0)) break;
  const result =
    stopped === null
      ? (item.read(state.seed, said, code) ?? {
          held: 0,
          found: [
            {
              what: `${item.name} ended with ${code} and did not say what it found:\n${said.slice(-2000)}`,
              again: `npm run explore -- --seed ${state.seed} --only ${item.name}`,
            },
          ],
        })
      : { held: 0, found: [] };
  tried++;
  held += result.held;
  for (const { what, again } of result.found) {
    found.push(again);
    say(`\nFOUND with seed ${state.seed}: ${what}\n  again: ${again}\n`);
  }
  say(
    `${spent().toFixed(1).padStart(6)} min  seed ${state.seed}  ${String(state.done + 1).padStart(3)} of ${all.length}  ` +
      `${item.name}: ${result.held} held${result.found.length === 0 ? '' : `, ${result.found.length} FOUND`}`,
  );
  keep({
    ...state,
    done: state.done + 1,
    found: [...state.found, ...result.found.map(({ again }) => again)],
  });
}

say(
  `\n${tried} tried in ${spent().toFixed(1)} minutes, seeds ${first} to ${state.seed}: ${held} tests and cases held, ` +
    (found.length === 0 ? 'nothing is broken' : `${found.length} found:`),
);
for (const again of found) say(`  ${again}`);
const before = state.found.filter((again) => !found.includes(again));
if (before.length > 0) say(`found before (${stateFile}; remove it to forget them):`);
for (const again of before) say(`  ${again}`);
if (only === undefined) say('the same command goes on from here');
process.exitCode = found.length === 0 ? 0 : 1;
