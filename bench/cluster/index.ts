/**
 * A sweep of up to 100,000 runs on a cluster of 1,000 nodes that fail, with drumhead's own scheduling and no training: in the place
 * of a training stands what leaves the files of a finished run. For each number of runs it says how long each part of the
 * scheduling takes, and how many operations on files, a run; both have to stay what they are as runs become more.
 *
 *     npm run bench:cluster                          1,000, 10,000 and 100,000 runs
 *     npm run bench:cluster -- --runs 1000 4000      other numbers
 *
 * Clock, nodes and queue are simulated. What plans, writes the script, submits, asks the queue, takes a part with its locks,
 * records and tells the state is the code of `drumhead sweep --slurm`, `--shard` and `status`. One task in so many goes through
 * that code too; the others only leave their files, since a thousand machines do at once what one does here after the other.
 */

import { Command } from '@commander-js/extra-typings';
import { medians, type Outcome, type Part, perRun, simulated } from './simulate.js';

const options = new Command('bench:cluster')
  .option('--runs <n...>', 'numbers of runs', ['1000', '10000', '100000'])
  .option('--nodes <n>', 'nodes, and the tasks of the array', '1000')
  .option('--sample <n>', 'tasks that go through the whole of drumhead, of each number of runs', '8')
  .option(
    '--restarts <n>',
    'how often a task may begin again before it is left for the next submission',
    '12',
  )
  .parse()
  .opts();

const nodes = Number(options.nodes);
const sample = Number(options.sample);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const lineOf = (part: Part): string => {
  const [micros, operations, entries] = perRun(part);
  return (
    `  ${part.part.padEnd(24)} ${String(part.runs).padStart(8)} ${part.seconds.toFixed(2).padStart(11)} ` +
    `${micros.toFixed(0).padStart(10)} ${operations.toFixed(2).padStart(18)} ${entries.toFixed(2).padStart(22)}`
  );
};

say(`  ${'part'.padEnd(24)}     runs processor s   µs a run   operations a run   entries listed a run`);
const outcomes: Outcome[] = [];
for (const runs of options.runs.map(Number)) {
  const outcome = await simulated({
    runs,
    nodes,
    sample,
    restarts: Number(options.restarts),
    seed: 1,
    tell: (part) => say(lineOf(part)),
  });
  outcomes.push(outcome);
  const { rounds, hours, deaths, preemptions } = outcome;
  say(
    `${runs} runs, ${nodes} nodes: all finished after ${hours.toFixed(0)} simulated hours; ${rounds} submissions, ${deaths} dead nodes, ${preemptions} preemptions`,
  );
}

// What is about all runs must cost the same for each, however many there are; a task reads the record of all runs once.
const [first, last] = [outcomes[0], outcomes[outcomes.length - 1]];
if (first !== undefined && last !== undefined && last.runs > first.runs)
  for (const [name, part] of medians(last.parts)) {
    const before = medians(first.parts).get(name);
    if (before === undefined || name === 'a task') continue;
    const [[micros, operations, entries], [was, operationsBefore, entriesBefore]] = [
      perRun(part),
      perRun(before),
    ];
    const grown =
      operations > 1.5 * operationsBefore + 1 || entries > 2 * entriesBefore + 2 || micros > 4 * was + 200;
    if (grown) {
      say(`${name} costs more for each run as runs become more`);
      process.exitCode = 1;
    }
  }
