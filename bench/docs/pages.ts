/** docs/commands.md and docs/files.md, made from the command line and the codecs themselves. */

import { commandLine } from '../../src/cli/command-line.js';
import { type Key, type Section, sections } from './sections.js';
import { words } from './words.js';

const width = 110;

type Line = ReturnType<typeof commandLine>;
type Helped = Line | Line['commands'][number];

/** The text of `--help` of a command. */
const helpOf = (command: Helped): string => {
  let text = '';
  command.configureHelp({ helpWidth: width });
  command.configureOutput({
    writeOut: (said) => {
      text += said;
    },
  });
  command.outputHelp();
  return text.trimEnd();
};

const block = (text: string): string => `\`\`\`\n${text}\n\`\`\``;

/** Every command with its flags. */
export const commandsPage = (): string => {
  const line = commandLine();
  const { commands } = line;
  const parts = commands.map((command) => `## ${command.name()}\n\n${block(helpOf(command))}`);
  return `# Commands

What \`--help\` says of each command; \`npm run docs:write\` writes this page. In this folder \`npx drumhead …\` or
\`node bin/drumhead.js …\`.

A **NAME** is a name of the catalogue (\`drumhead list\`), a JSON, YAML or TypeScript file whose value or default export is
an experiment, a sweep or a program, or a run folder. Where weights are needed, a name means its finished run, and which
one is said: a run that is exactly the named experiment, with no setting changed, at the largest size that was run, its
first seed; where none is, the only one that goes by the name. Several different ones are refused with a list, and the folder
of one is named instead. \`--preset\` chooses the size: \`quick\` takes minutes, \`small\` up to hours, \`full\` is as published or written; a
preset makes nothing larger. \`--set PATH=VALUE …\` changes any setting of an experiment by the path that it has in
[files](files.md): \`--set task.size=32 model.steps=50 training.rate=0.01\`. A value is read as JSON where it is JSON, as text
otherwise; \`.001\` is a number. What no setting has, or what does nothing, is said.

**Exit codes**: 0 well, 1 failed, 2 wrong command line, 130 stopped by Ctrl-C; then the same command goes on.

${block(helpOf(line))}

${commands.map((command) => `[${command.name()}](#${command.name()})`).join(' · ')}

${parts.join('\n\n')}

**Next:** [files](files.md).
`;
};

const cell = (text: string): string => text.replaceAll('|', '\\|');

const keyLine = (section: Section, { key, otherwise, range, error }: Key): string => {
  const meaning = words[section.title]?.[key];
  if (meaning === undefined)
    throw new Error(`${section.title}: the key '${key}' has no words in bench/docs/words.ts`);
  const standard =
    otherwise === null
      ? 'needed'
      : otherwise === ''
        ? ''
        : otherwise.length > 40
          ? 'see below'
          : `\`${otherwise}\``;
  return `| \`${section.path}${key}\` | ${cell(meaning)} | ${cell(range)} | ${cell(standard)} | ${cell(refused(`${section.path}${key}`, error))} |`;
};

/** A refusal as a cell of a table: the path is in the first column, and lists of names stand elsewhere on the page. */
const refused = (path: string, error: string): string =>
  `\`${error
    .replace(`${path}: `, '')
    .replace(/Known: .*/, 'Known: …')
    .replace(/1\.79\d+e\+308/, '1.8e308')}\``;

const table = (section: Section): string => {
  const keys = section.keys.filter(({ key }) => !(key === 'name' && section.path !== ''));
  const unknown = Object.keys(words[section.title] ?? {}).filter(
    (key) => !keys.some((one) => one.key === key),
  );
  if (unknown.length > 0) throw new Error(`${section.title}: there is no key ${unknown.join(', ')}`);
  const long = keys.filter(({ otherwise }) => (otherwise ?? '').length > 40 && !/^\\{/.test(otherwise ?? ''));
  return [
    `## ${section.title}`,
    '',
    '| key | what it is | range | default | a wrong value |',
    '|---|---|---|---|---|',
    ...keys.map((key) => keyLine(section, key)),
    ...(long.length === 0
      ? []
      : ['', ...long.map(({ key, otherwise }) => `Default of \`${key}\`: \`${otherwise}\`.\n`)]),
  ]
    .join('\n')
    .trimEnd();
};

/** Every key of experiment and sweep files, and the content of a run folder. */
export const filesPage = (): string => `# Files

What a person writes, and what a run leaves. \`npm run docs:write\` makes the tables from the codecs that read the files, so keys,
ranges and defaults are those of the program. The last column is the program's own sentence for a wrong
value: \`{}\`, or \`true\` where \`{}\` is a right one.

An experiment or a sweep is a JSON file, a YAML file, or a TypeScript module whose default export it is; all mean the same. A
key that does not exist is refused, with the nearest one that does. All problems of a file are reported together, each with its path.
The path of a folder starts at the file that names it. The keys are also the paths of \`--set\`: \`--set training.rate=0.01\`.

\`\`\`yaml
name: my/first
task: { name: tetrominoes, size: 32, cell: 3, train: 1024 }
model: { name: nwm, steps: 50 }
training: { batch: 8, rate: 0.003, schedule: cosine, epochs: 10 }
\`\`\`

\`\`\`yaml
name: my/rates
experiment: tetrominoes/nwm-linear
preset: quick
vary: { training.rate: [0.001, 0.003], model.readout: [linear, fft] }
\`\`\`

${sections().map(table).join('\n\n')}

## A run folder

\`runs/NAME/seed-S-…\`, named after the identity of the run: the hash of its task, program, loss and training, its seed and
its engine.

| file | what it is |
|---|---|
| \`experiment.json\` | the experiment with this seed, every key filled in: \`drumhead run FOLDER\` runs it |
| \`program.json\` | the program, in the language |
| \`run.json\` | the record: name, seed, identity, digests of the two above |
| \`environment.json\` | engine and why, its arithmetic and kernels (\`fused\` or \`op by op\`), versions, machine, and what changed when the run went on elsewhere |
| \`metrics.ndjson\` | a line an epoch: training loss, rate, validation scores |
| \`events.out.tfevents.0.drumhead\` | the same for TensorBoard: \`tensorboard --logdir runs\` shows losses, rates and scores of all runs |
| \`checkpoint.json\`, \`checkpoint.before.json\`, \`checkpoint-E-S.bin\` | where it stands, and the one before |
| \`damaged-N/\` | checkpoints that could not be used, put aside |
| \`progress.json\`, \`lock-…\` | only while it runs: how far it is, and which process works on it |
| \`failure.json\` | why it failed when it last worked |
| \`weights/weights.json\`, \`weights/weights.bin\` | the weights that were kept, in TensorFlow.js's own format |
| \`result.json\` | the scores of its test, the epoch kept, \`stoppedEarly\` where it stopped early; there once it is finished |
| \`timing.json\` | of drums: how long each took |
| \`figures.json\` | the waves, the segmentations and the samples answered best and worst as pages show them, in light and dark; what charts of the answers are drawn from: confusion, calibration, predicted and true values, score by difficulty. The report of a sweep reads it |
| \`waves.gif\`, \`segmentations.png\`, \`answers.png\`, \`curves.svg\`, \`curves.png\`, \`report.html\` | what a person looks at |

\`runs/sweeps/NAME/sweep.json\` is the record of a sweep: its members with their axes, where each run lies, and the engine (\`kernels\` where it was \`--fuse off\`).
\`runs/.cache\` holds data that was made; it can be removed at any time.

## Data of your own

PNG (or TIFF): \`images/NAME.png\` and \`masks/NAME.png\`, or \`train/\`, \`validation/\`, \`test/\` with both in each; the masks hold the
class of each pixel as its grey value. NumPy: \`train_images.npy\` [N, H, W, C], \`train_masks.npy\` [N, H, W], the same for
\`test_\` and, if there are any, \`validation_\`. Beside them, \`classes.json\` may hold an array of names. Any other arrays are the
task \`arrays\`.
\`drumhead data FOLDER\` says what is in them. Figures of many runs, charts and wave pictures: \`drumhead figure\`, in
[commands](commands.md#figure).

**Next:** [data of your own](data.md), or [commands](commands.md).
`;
