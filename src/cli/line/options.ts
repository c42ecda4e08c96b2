/** Options and descriptions of NAME that several commands share. */

import { Option } from '@commander-js/extra-typings';
import { engineChoices } from '../../engine/names.js';

export const engine = () =>
  new Option('--engine <name>', `${engineChoices.join(', ')}; auto takes the first that works here`).default(
    'auto',
  );
export const fuse = () =>
  new Option(
    '--fuse <how>',
    'on: kernels of our own wherever an engine can; off: everything op by op; default as a run was begun, else on',
  ).choices(['on', 'off'] as const);
export const runs = () => new Option('--runs <folder>', 'folder of all run folders').default('runs');
export const workers = () =>
  new Option('--workers <n>', 'threads that share a batch; the result is the same with any number').default(
    '2',
  );

export const minutes = () =>
  new Option('--minutes <n>', 'stop after this long; what is unfinished then goes on at the same command');

export const force = () =>
  new Option(
    '--force',
    'move what is there and drumhead did not write aside, to NAME.old-1, instead of refusing',
  );

export const pictures = () => new Option('--no-pictures', 'leave out the pictures and the report');

/** Settings by their path. The flag may be left out (`flags/spread.ts`). */
export const settings = () =>
  new Option(
    '--set <path=value...>',
    'change settings, such as task.size=32 model.steps=50 training.epochs=5; without --set too: NAME training.rate=0.01',
  );

/** Settings of the named experiment, for finding its finished run. */
export const settingsOfRuns = () =>
  new Option(
    '--set <path=value...>',
    'of what is named: the runs with these settings, such as training.rate=0.01; without --set too',
  );

/** Settings of the second of two that are compared. */
export const settingsOfSecond = () =>
  new Option(
    '--set <path=value...>',
    'change settings of the second, such as training.rate=0.01; without --set too',
  );

export const mnistDir = () =>
  new Option('--mnist-dir <folder>', "take MNIST's four IDX files from here, not from the npm package");

export const namedOrProgram =
  'a name of the catalogue, a system such as wave, a JSON, YAML or TypeScript file (an experiment, a sweep or a program), or a run folder';

export const named =
  'a name of the catalogue, a JSON, YAML or TypeScript file (its default export), or a run folder';
