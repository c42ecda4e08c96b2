/**
 * Tries to break stored files: kills, failing disks, damaged files, hostile documents.
 *
 *     npm run break                                   an hour of everything
 *     npm run break -- --minutes 5 --seed 7           other seeds
 *     npm run break -- --only kills,documents         some parts
 *     npm run break -- --only kills --seed 7 --from 41 --rounds 1     one round again
 *
 * A round is determined by seed, part and its number. The progress of each part is kept in .cache/break.json,
 * so the same command continues there; `--anew` starts again. Ctrl-C ends after the current round. Exits 1 if
 * something was found.
 */

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { damage } from './damage.js';
import { documents } from './documents.js';
import { errors } from './errors.js';
import { full } from './full.js';
import { kills } from './kills.js';
import { lines } from './lines.js';
import { type Found, type Part, type Ready, sum } from './part.js';
import { realKills } from './real-kills.js';
import { readState, type State, writeState } from './state.js';

const parts: readonly Part[] = [kills, realKills, errors, full, damage, documents, lines];

const options = {
  minutes: { type: 'string', default: '60' },
  only: { type: 'string', default: parts.map(({ name }) => name).join(',') },
  seed: { type: 'string', default: '1' },
  from: { type: 'string' },
  rounds: { type: 'string', default: 'Infinity' },
  anew: { type: 'boolean', default: false },
} as const;

const usage = (): never => {
  process.stderr.write(
    `--minutes, --seed, --from and --rounds take a number each, --only some of ${parts.map(({ name }) => name).join(', ')}; --anew begins anew\n`,
  );
  return process.exit(2);
};

const flags = () => {
  try {
    const { minutes, only, seed, from, rounds, anew } = parseArgs({ options }).values;
    const numbers = {
      minutes: Number(minutes),
      seed: Number(seed),
      rounds: Number(rounds),
      from: Number(from ?? 0),
    };
    const names = only.split(',');
    const known = names.every((name) => parts.some((part) => part.name === name));
    if (known && Object.values(numbers).every((n) => n >= 0))
      return {
        ...numbers,
        once: from !== undefined,
        anew,
        wanted: parts.filter(({ name }) => names.includes(name)),
      };
  } catch {
    // Reported below.
  }
  return usage();
};
const { minutes, seed, rounds, from, once, anew, wanted } = flags();

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const folder = await mkdtemp(join(tmpdir(), 'drumhead-break-'));
// Temporary files of a query are below it too.
process.env.TMPDIR = folder;

let state: State = once || anew ? { seed, parts: {} } : await readState(seed);
let found: readonly Found[] = [];
let stopped = false;
process.once('SIGINT', () => {
  stopped = true;
});
process.once('SIGTERM', () => {
  stopped = true;
});

const begun = performance.now();
const spent = (): number => (performance.now() - begun) / 60_000;
const goesOn = (): boolean => !stopped && spent() < minutes;

/** One turn of a part: rounds until its share of time is over. */
const turn = async (part: Part, ready: Ready, seconds: number): Promise<void> => {
  const until = performance.now() + 1000 * seconds;
  const first = once ? from : (state.parts[part.name]?.next ?? 0);
  for (let index = first; goesOn() && performance.now() < until && index - first < rounds; index++) {
    const made = await ready.round(index);
    const before = state.parts[part.name] ?? { next: 0, tried: {}, failed: 0 };
    state = {
      seed,
      parts: {
        ...state.parts,
        [part.name]: {
          next: index + 1,
          tried: sum(before.tried, made.tried),
          failed: before.failed + made.found.length,
        },
      },
    };
    found = [...found, ...made.found];
    for (const { says, again } of made.found) say(`\n${part.name}: ${says}\n  again: ${again}`);
  }
  if (!once) await writeState(state);
};

const ready = new Map<Part, Ready>();
const cannot = new Map<Part, string>();
for (const part of wanted) {
  const place = join(folder, part.name);
  await mkdir(place, { recursive: true });
  const opened = await part.open(seed, place);
  if (typeof opened === 'string') cannot.set(part, opened);
  else ready.set(part, opened);
}
const whole = wanted.reduce((all, part) => all + (ready.has(part) ? part.share : 0), 0);
// Every part has several turns, however short the time is.
const around = Math.min(whole, (60 * minutes) / 4);
for (let again = true; again && goesOn() && ready.size > 0; again = !Number.isFinite(rounds))
  for (const [part, one] of ready) await turn(part, one, once ? Infinity : (around * part.share) / whole);
for (const one of ready.values()) await one.end();
await rm(folder, { recursive: true, force: true });

say('\n     tried  failed  part');
for (const part of wanted) {
  const { tried = {}, failed = 0 } = state.parts[part.name] ?? {};
  const all = Object.values(tried).reduce((a, b) => a + b, 0);
  say(
    `${String(all).padStart(10)}  ${String(failed).padStart(6)}  ${part.name}: ${cannot.get(part) ?? part.does}`,
  );
  for (const [what, n] of Object.entries(tried).sort(([a], [b]) => (a < b ? -1 : 1)))
    say(`${String(n).padStart(10)}          ${what}`);
}
say(
  `${spent().toFixed(1)} minutes of seed ${seed}: ${found.length === 0 ? 'nothing is broken' : `${found.length} found, printed above`}`,
);
process.exit(found.length === 0 ? 0 : 1);
