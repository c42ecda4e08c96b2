/** docs/house.md: the rooms in their order, and three walks along files. `npm run docs:write` writes it. */

import { catalogues, mostFiles } from './folders.js';
import { type Room, rooms } from './rooms.js';

/** A file or folder of `src`, and its role in a walk. */
type Stop = readonly [path: string, does: string];

/** From the images of a training to the kernels that compute them. */
const training: readonly Stop[] = [
  [
    'runner/training/train.ts',
    'takes images in their order, epoch by epoch, and asks a session for gradients',
  ],
  ['compile/tfjs/session/share.ts', 'cuts the batch into micro-batches and gives them to free workers'],
  ['compile/tfjs/session/fused-lane.ts', 'one worker; in a thread of its own by `remote.ts` and `worker.ts`'],
  ['compile/fuse/execute/fused.ts', 'forward, loss and gradients of one micro-batch, sample by sample'],
  ['compile/fuse/execute/workspace.ts', 'copies inputs and weights in, outputs and gradients out'],
  ['compile/fuse/execute/region.ts', 'the laid-out graph: addresses and the list of calls'],
  ['compile/fuse/emit/', 'one operation to calls of kernels'],
  ['compile/fuse/kernels/', 'WebAssembly of each kernel, assembled at run time'],
];

/** The work before the first sample, once for a program. */
const compiling: readonly Stop[] = [
  ['compile/fuse/partition/', 'which part of a program is fused, and why the rest is not'],
  ['compile/fuse/lower/', 'from nodes of the program to fields in planes (`ir`)'],
  ['compile/fuse/adjoint/', 'from a field graph to the graph of its gradients; the reverse step of a scan'],
  ['compile/fuse/schedule/', 'order, groups and tiles; scans forward and backward'],
  ['compile/fuse/memory/', 'addresses in one arena, and copies between layouts'],
  ['compile/fuse/plan/', 'the lists of calls with their memory, as data, and the check of them'],
  ['compile/fuse/machines/', 'what runs the lists: WebAssembly or plain loops; `native` for native code'],
];

/** From the file of an experiment to a finished run folder. */
const running: readonly Stop[] = [
  ['cli/commands/run.ts', 'the flags of `drumhead run`'],
  ['cli/source/source.ts', 'finds the experiment: a name, a file or a run folder'],
  ['runner/run/run.ts', 'one run from beginning to end'],
  ['runner/run/prepare.ts', 'engine, data, program and identity'],
  ['runner/folder/ongoing/lock.ts', 'one process at a time in a run folder'],
  ['runner/run/write-record.ts', 'experiment, program, record and environment'],
  ['runner/folder/ongoing/checkpoint.ts', 'reads and writes checkpoints'],
  ['runner/run/keep-training.ts', 'trains, and keeps the state and the metrics of each epoch'],
  ['runner/run/finish.ts', 'test scores, weights, pictures and report'],
];

/** From a system to the verdict of a law. */
const judging: readonly Stop[] = [
  ['cli/source/subject.ts', 'finds the system: a name or a program of a file'],
  ['laws/system/system.ts', 'the step that the program repeats'],
  ['laws/check.ts', 'tries every law on it'],
  ['laws/reading/structure.ts', 'what the graph of the step says of it'],
  ['laws/requirements/requirements.ts', 'whether a law applies, or what is missing'],
  ['laws/trial/grids.ts', 'small grids for a step that fits any grid'],
  ['laws/trial/case-arbitrary.ts', 'draws cases and shrinks them'],
  ['laws/laws/', 'each law: formula, source, and a property of one case'],
  ['laws/rounding/', 'the tolerance, from a bound of the rounding error of each value'],
  ['laws/trial/verdict.ts', 'holds, broken, does not apply, or not tried'],
  ['laws/show.ts', 'the report'],
];

const walk = (title: string, stops: readonly Stop[]): string =>
  [`**${title}**`, '', ...stops.map(([path, does], i) => `${i + 1}. \`src/${path}\`: ${does}`)].join('\n');

const row = ({ name, what, may }: Room): string =>
  `| \`src/${name}\` | ${what} | ${may.length === 0 ? 'no room' : may.join(', ')} |`;

/** The page. */
export const mapPage = (): string => `# The house

A map of \`src\`. Imports run downward: a room may import the rooms in its line of the table, which all stand below it. The
linter refuses every other import, and import cycles. \`npm run docs:write\` writes this page and the linter's lists from
\`bench/house\`. Each room has a README; [decisions](decisions/README.md) has the reasons.

| room | what it does | may import |
|---|---|---|
${[...rooms].reverse().map(row).join('\n')}

Only ${rooms
  .filter(({ tensorflow }) => tensorflow)
  .map(({ name }) => name)
  .join(', ')} may import TensorFlow.js.

No folders import each other, but one may lie inside of the other. A folder has at most ${mostFiles} files of its own, unless each is
one of a list of like things: ${Object.entries(catalogues)
  .map(([folder, of]) => `\`${folder}\` (${of})`)
  .join(', ')}.

## Walks

${walk('An image in training, to a kernel', training)}

${walk('A program, before the first sample', compiling)}

${walk('An experiment file, to a run folder', running)}

${walk('A system, to a verdict', judging)}

## Beside src

\`spec\` mirrors \`src\`. \`system\` has tests that take minutes: README and the pages of docs in a clean clone, the site, other versions of Node. \`bench\` has
benchmarks and every other script of package.json. \`examples\` is part of the tests, \`fixtures\` is their data,
\`results\` holds the reduced publication.
\`docs/commands.md\`, \`docs/files.md\` and \`docs/laws.md\` are written from the program.

**Next:** [decisions](decisions/README.md).
`;
