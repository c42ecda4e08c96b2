/** The keys of files with their defaults and ranges, read from the codecs themselves. */

import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { errorMessage } from '../../src/base/error.js';
import { isOwnName, taskNames } from '../../src/data/task.js';
import { decodeExperiment } from '../../src/experiments/experiment.js';
import { decodeAnySweep } from '../../src/experiments/sweep/grid.js';
import { modelNames } from '../../src/models/catalogue.js';

/** A key of an object in a file. */
export interface Key {
  readonly key: string;
  /** The default as JSON; null for a required key, and '' for an optional key without a default. */
  readonly otherwise: string | null;
  /** The range, in the words of the codec's refusal; '' if it names none. */
  readonly range: string;
  /** What is said of a wrong value: of the first of `{}`, true and -1 that is refused. */
  readonly error: string;
}

export interface Section {
  readonly title: string;
  /** The prefix of its keys: `training.`, or nothing. */
  readonly path: string;
  readonly keys: readonly Key[];
}

type Json = Readonly<Record<string, unknown>>;

const minimal: Json = { name: 'x', task: { name: 'tetrominoes' }, model: { name: 'nwm' } };

type Decode = (value: unknown) => E.Either<string, unknown>;

const ofExperiment: Decode = (value) => E.mapLeft(errorMessage)(decodeExperiment(value, 'x'));
const ofSweep: Decode = (value) => E.mapLeft(errorMessage)(decodeAnySweep(value, 'x'));

const at = (value: unknown, part: string): unknown => (t.UnknownRecord.is(value) ? value[part] : undefined);

const sectionOf = (
  title: string,
  part: string | null,
  base: Json,
  decode: Decode,
  own: Json,
  optional: readonly string[] = [],
): Section => {
  const whole = (object: unknown): unknown => (part === null ? object : { ...base, [part]: object });
  const refusal = (object: unknown): string => {
    const done = decode(whole(object));
    return E.isLeft(done) ? done.left : '';
  };
  const known = /Known: (.*)/.exec(refusal({ ...own, zzzzzzzzzz: 1 }))?.[1].split(', ') ?? [];
  const decoded = decode(whole(own));
  const found = E.isRight(decoded) ? (part === null ? decoded.right : at(decoded.right, part)) : undefined;
  /** The sentence of a refusal about a key, without where it stands in the file. */
  const errorOf = (name: string): string => {
    const said = [Object.create(null), true, -1]
      .map((value) => refusal({ ...own, [name]: value }))
      .find((each) => each !== '');
    if (said === undefined) throw new Error(`${title}: nothing that is tried for '${name}' is refused`);
    const path = `${part === null ? '' : `${part}.`}${name}`;
    const lines = said.split('\n').map((each) => each.trim().replace(/^(?:- |\w+: )(?=\w[\w.]*: )/, ''));
    return (
      lines.find((each) => each.startsWith(path)) ?? lines.find((each) => !/\d problems$/.test(each)) ?? said
    );
  };
  const key = (name: string): Key => {
    const needed = name in own && name !== 'vary';
    const value = at(found, name);
    const said = refusal({ ...own, [name]: Object.create(null) });
    const line = said.split('\n').find((each) => each.includes(`${name}:`)) ?? said;
    return {
      key: name,
      error: errorOf(name),
      otherwise: needed ? null : optional.includes(name) || value === undefined ? '' : JSON.stringify(value),
      range: (/(?: is not|; give) (?:an? )?(.*?)(?:; did you mean.*)?$/.exec(line)?.[1] ?? '')
        .replace(/^ReadonlyArray.*/, 'list')
        .replace(/ to 1\.79\d+e\+308$/, ' on')
        .replace('list; one stands in brackets', 'list'),
    };
  };
  return { title, path: part === null ? '' : `${part}.`, keys: known.map(key) };
};

const losses = ['cross-entropy', 'focal', 'dice'] as const;

const folderOf = (name: string): Json => ({
  name,
  ...(isOwnName(name) ? { folder: 'x' } : name === 'generated' ? { file: 'x' } : {}),
});

/** All sections, in the order of the page. */
export const sections = (): readonly Section[] => [
  sectionOf('An experiment', null, {}, ofExperiment, minimal, ['label']),
  sectionOf('Training', 'training', minimal, ofExperiment, {}),
  sectionOf('Augment', 'augment', minimal, ofExperiment, {}),
  ...losses.map((name) => sectionOf(`The loss '${name}'`, 'loss', minimal, ofExperiment, { name })),
  ...taskNames.map((name) => sectionOf(`The task '${name}'`, 'task', minimal, ofExperiment, folderOf(name))),
  ...modelNames.map((name) => sectionOf(`The model '${name}'`, 'model', minimal, ofExperiment, { name })),
  sectionOf('A sweep', null, {}, ofSweep, { name: 'x', experiment: 'mnist/cnn-2', vary: {} }, [
    'label',
    'vary',
  ]),
];
