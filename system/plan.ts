/**
 * How each command of README and of the pages of docs is tested. `walk.system.ts` runs the commands in this order. A spec compares
 * the list with the pages.
 */

/** How a command is tested. */
export type How =
  /** Run, with its placeholders replaced. */
  | { readonly kind: 'run'; readonly exit?: number; readonly instead?: Readonly<Record<string, string>> }
  /** Only parsed, since it takes hours or has no end; another command shows what it would do. */
  | { readonly kind: 'shown'; readonly by: string; readonly because: string }
  /** Tested elsewhere. */
  | { readonly kind: 'elsewhere'; readonly where: string };

const run: How = { kind: 'run' };
const submits: How = { kind: 'elsewhere', where: 'slurm.system.ts submits to a Slurm of its own' };
const binds: How = {
  kind: 'elsewhere',
  where: 'tensorflow.system.ts builds the binding against a TensorFlow',
};

/** The commands of a page, in its order. A command that stands there twice is listed once. */
export interface Page {
  readonly page: string;
  readonly commands: Readonly<Record<string, How>>;
}

const ratesQuery = `npx drumhead query "select training->>'rate' rate, options->>'readout' readout, foreground_iou from runs"`;

/** The pages in the order in which they are run: a page may read what the pages before it made. */
export const plan: readonly Page[] = [
  {
    page: 'README.md',
    commands: {
      'npm ci && npm start': run,
      'npm ci && npm test': { kind: 'elsewhere', where: '.ci/run runs it before this' },
    },
  },
  {
    page: 'docs/start.md',
    commands: {
      'npm ci && npm start': run,
      'npm install drumhead': { kind: 'elsewhere', where: 'spec/package.spec.ts installs what npm packs' },
      'npx drumhead show drum.ts': run,
      'npx drumhead laws drum.ts': run,
      'npx drumhead doctor': run,
    },
  },
  {
    page: 'docs/tour.md',
    commands: {
      'drumhead run tetrominoes/nwm-linear --preset quick': run,
      'drumhead list': run,
      'drumhead show mnist/nwm-fft': run,
      'drumhead learn FOLDER': { kind: 'run', instead: { FOLDER: 'pairs' } },
      'drumhead data tetrominoes --show 16': run,
      'drumhead laws wave': run,
      'drumhead play kuramoto': run,
      'drumhead play tetrominoes/nwm-linear': run,
      'drumhead figure segmentations tetrominoes/nwm-linear': run,
      'drumhead sweep paper/small': {
        kind: 'shown',
        by: 'drumhead show paper/small --no-time',
        because: '105 runs, hours on two cores',
      },
      'drumhead status': run,
      'drumhead table paper/small': run,
      'drumhead report paper/small': run,
      'drumhead evaluate tetrominoes/nwm-linear --set seed=7': run,
      'drumhead parity fixtures/parity': run,
      'drumhead doctor': run,
      'drumhead run drums/gordon-webb-wolpert': run,
      'npx drumhead run mine.json': { kind: 'run', exit: 1 },
    },
  },
  {
    page: 'docs/how-to/architecture.md',
    commands: {
      'npx drumhead show examples/two-speeds.ts': run,
      'npx drumhead run examples/two-speeds.ts': run,
    },
  },
  {
    page: 'docs/how-to/sweep.md',
    commands: {
      'npx drumhead show rates.yaml': run,
      'npx drumhead sweep rates.yaml --jobs 2': run,
      'npx drumhead table my/rates': run,
      [ratesQuery]: run,
      'npx drumhead diff tetrominoes/nwm-linear tetrominoes/nwm-fft': run,
    },
  },
  {
    page: 'docs/how-to/own-images.md',
    commands: {
      'npx drumhead data my-images': {
        kind: 'run',
        instead: { 'my-images': 'examples/own-images/my-images' },
      },
      'npx drumhead run experiment.yaml': {
        kind: 'run',
        instead: { 'experiment.yaml': 'examples/own-images/experiment.yaml' },
      },
      'npx drumhead waves examples/own-images': run,
      'npx drumhead evaluate examples/own-images --split validation': run,
    },
  },
  {
    page: 'docs/how-to/laws.md',
    commands: { 'drumhead laws examples/wrong-oscillator.ts': { kind: 'run', exit: 1 } },
  },
  {
    page: 'docs/how-to/export.md',
    commands: {
      'drumhead export tetrominoes/nwm-linear --out model': run,
      'drumhead export tetrominoes/nwm-linear --format onnx --out graph': run,
      'drumhead export tetrominoes/nwm-linear --format safetensors --out weights': run,
      'drumhead import weights/weights.safetensors --out back': run,
      'drumhead evaluate back': run,
      'drumhead data tetrominoes --set size=32 cell=3 train=1 validation=1 test=4 --export pictures --format png':
        run,
      'drumhead run-program model --input pictures/test/images/0.png --out answer': run,
      'drumhead run-program back --input pictures/test/images/0.png --out again': run,
    },
  },
  {
    page: 'docs/how-to/export-page.md',
    commands: { 'npx drumhead export tetrominoes/nwm-linear --out model': run },
  },
  {
    page: 'docs/how-to/pytorch.md',
    commands: {
      'npx drumhead export tetrominoes/nwm-linear --format safetensors --out weights': run,
      'npx drumhead import weights/weights.safetensors --out back': run,
    },
  },
  {
    page: 'docs/how-to/fine-tune.md',
    commands: {
      "npx drumhead run mine.yaml --from tetrominoes/nwm-linear --freeze 'omega/*'": run,
      'npx drumhead evaluate tetrominoes/nwm-linear --resize 128x128': run,
    },
  },
  {
    page: 'docs/how-to/own-data.md',
    commands: {
      'npx drumhead data my-images': { kind: 'run', instead: { 'my-images': 'pairs' } },
      'npx drumhead learn my-images': { kind: 'run', instead: { 'my-images': 'pairs' } },
    },
  },
  {
    page: 'docs/how-to/own-task.md',
    commands: {
      'npx drumhead data own-task.ts': { kind: 'run', instead: { 'own-task.ts': 'examples/own-task.ts' } },
      'npx drumhead run own-task.ts': { kind: 'run', instead: { 'own-task.ts': 'examples/own-task.ts' } },
    },
  },
  {
    page: 'docs/how-to/cluster.md',
    commands: {
      'npx drumhead sweep rates.yaml --slurm --dry-run': run,
      'npx drumhead sweep rates.yaml --slurm': submits,
      'npx drumhead status --watch': {
        kind: 'shown',
        by: 'npx drumhead status',
        because: 'it goes on until it is stopped',
      },
    },
  },
  {
    page: 'docs/cluster.md',
    commands: {
      'drumhead sweep my/rates.yaml --slurm --dry-run': {
        kind: 'run',
        instead: { 'my/rates.yaml': 'rates.yaml' },
      },
      'drumhead sweep my/rates.yaml --slurm --sbatch partition=short time=2:00:00 memory=4G cpus=2 atOnce=8':
        submits,
      'drumhead sweep my/rates.yaml --collect fetched': {
        kind: 'run',
        instead: { 'my/rates.yaml': 'rates.yaml' },
      },
    },
  },
  {
    page: 'docs/how-to/tensorflow.md',
    commands: {
      'npm install --no-save --save-dev --ignore-scripts @tensorflow/tfjs-node-gpu@4.22.0': binds,
      'npx drumhead engine add tensorflow --from tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl':
        binds,
      'npx drumhead doctor': run,
      'npx drumhead engine remove tensorflow': binds,
    },
  },
  {
    page: 'docs/tutorial/4-training.md',
    commands: { 'npx drumhead show first.ts': run, 'npx drumhead run first.ts': run },
  },
  {
    page: 'docs/tutorial/6-your-own.md',
    commands: {
      'npx drumhead data cells': run,
      'npx drumhead run cells.ts': run,
      'npx drumhead export my/cells --out model': {
        kind: 'run',
        instead: { '--out model': '--out cells-model' },
      },
      'npx drumhead export my/cells --format program --out program': run,
      'npx drumhead --code sweep cell-rates.yaml --jobs 2': run,
      'npx drumhead table my/cell-rates': run,
      'npx drumhead report my/cell-rates': run,
    },
  },
];

/** The words of a command, in which `drumhead` runs the package itself. */
export const lineOf = (command: string, instead: Readonly<Record<string, string>> = {}): string =>
  Object.entries(instead).reduce(
    (line, [word, other]) => line.replace(word, other),
    command.replace(/^drumhead /, 'npx drumhead ').replace(/^npm ci && /, ''),
  );
