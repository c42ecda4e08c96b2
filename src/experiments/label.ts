/**
 * Labels of experiments in tables, charts, progress and pages: their own label or name, and the differences if several
 * have the same name. Pure.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { canonical } from '../base/canonical.js';
import { parsedJson } from '../base/json-text.js';
import type { Experiment } from './experiment.js';
import { lossIdle, modelIdle, trainingIdle } from './settings/idle-paths.js';
import type { Axes, Member, Sweep } from './sweep/sweep.js';
import { fitted, textOfProgram, valueAmong, valueText } from './value-text.js';

/** The largest length of a label, so that it fits into a line of a terminal with other columns. */
export const longestLabel = 64;
const longestName = 40;
const longestValue = 24;
const longestProgram = 48;

/** An experiment and, if it is a member of a sweep, its axes. */
export interface Labelled {
  readonly experiment: Experiment;
  readonly axes?: Axes;
}

/** The label of an experiment. */
export interface Label {
  /** The label among all others. */
  readonly name: string;
  /** The difference to others of the same name, or its own label; empty if its name is unique. */
  readonly differs: string;
}

interface Fact {
  readonly path: string;
  readonly value: unknown;
}
type Facts = readonly Fact[];

/** Parses a value along an axis, which is text in files: lists and objects are restored. */
const parsed = (value: unknown): unknown =>
  typeof value === 'string' && /^[[{]/.test(value)
    ? pipe(
        parsedJson(value),
        E.getOrElse((): unknown => value),
      )
    : value;

/** The meaning of values in masks is one setting: its keys are values, not settings. */
const isOneSetting = (path: string): boolean => /(^|\.)labels$/.test(path);

const leaves = (value: unknown, path: string): Facts =>
  t.UnknownRecord.is(value) && !Array.isArray(value) && !isOneSetting(path) && textOfProgram(value) === null
    ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`))
    : [{ path, value: textOfProgram(value) ?? value }];

/** A whole program is one setting. */
const modelOf = ({ model }: Experiment): unknown => (model.name === 'program' ? valueText(model) : model);

/** The settings that determine the runs; settings without effect are left out. */
const settingsOf = (experiment: Experiment): Facts => {
  const { task, loss, training, from } = experiment;
  const idle = new Set(
    [...trainingIdle(experiment), ...modelIdle(experiment), ...lossIdle(experiment)].map(({ path }) => path),
  );
  const begun = from === undefined ? {} : { from: from.run };
  return leaves({ task, model: modelOf(experiment), loss, training, ...begun }, '').filter(
    ({ path }) => !idle.has(path),
  );
};

/** The axes: an axis is a path of a setting or a name of its own; a section at a path is split into its settings. */
const axesOf = ({ axes = {}, experiment }: Labelled): Facts =>
  Object.entries(axes)
    .filter(([axis]) => axis !== 'label')
    .flatMap(([axis, value]) =>
      leaves(
        axis === 'model' && experiment.model.name === 'program' ? modelOf(experiment) : parsed(value),
        axis,
      ),
    );

const find = (facts: Facts, path: string): unknown => facts.find((fact) => fact.path === path)?.value;

const same = (a: unknown, b: unknown): boolean => canonical(a ?? null) === canonical(b ?? null);

/**
 * Paths whose values differ. Paths that every experiment has come first; others follow only if they are
 * needed.
 */
const telling = (all: readonly Facts[]): readonly string[] => {
  const paths = [...new Set(all.flatMap((facts) => facts.map(({ path }) => path)))];
  const differing = paths.filter((path) => all.some((facts) => !same(find(facts, path), find(all[0], path))));
  const everywhere = differing.filter((path) =>
    all.every((facts) => facts.some((fact) => fact.path === path)),
  );
  return areTold(all, everywhere) ? everywhere : differing;
};

const areTold = (all: readonly Facts[], paths: readonly string[]): boolean =>
  new Set(all.map((facts) => canonical(paths.map((path) => find(facts, path) ?? null)))).size === all.length;

/** A small subset of the paths that distinguishes the experiments, earlier paths first. */
const fewest = (all: readonly Facts[], paths: readonly string[]): readonly string[] =>
  paths.reduceRight<readonly string[]>((kept, path) => {
    const without = kept.filter((one) => one !== path);
    return without.length > 0 && areTold(all, without) ? without : kept;
  }, paths);

/** The short name of a path: `training.rate` is `rate` if no other path ends so, `model.name` is `model`. */
const keyOf = (path: string, paths: readonly string[]): string => {
  const plain = (one: string): string => one.replace(/\.name$/, '');
  const last = (one: string): string => plain(one).slice(plain(one).lastIndexOf('.') + 1);
  // A run's own seed stands beside its label.
  const alone = paths.filter((other) => last(other) === last(path)).length === 1 && last(path) !== 'seed';
  return alone ? last(path) : plain(path);
};

const phrases = (facts: Facts, all: readonly Facts[], paths: readonly string[]): string =>
  paths
    .filter((path) => facts.some((fact) => fact.path === path))
    .map((path) => {
      const value = valueAmong(
        path,
        find(facts, path),
        all.map((other) => find(other, path)),
      );
      return value.startsWith('program ')
        ? fitted(value, longestProgram)
        : `${keyOf(path, paths)} ${fitted(value, longestValue)}`;
    })
    .join(', ');

/** Differences between experiments of one name, in words: along their axes, else in their settings. */
const differences = (namesakes: readonly Labelled[]): readonly string[] => {
  const along = namesakes.map(axesOf);
  const settings = namesakes.map(({ experiment }) => settingsOf(experiment));
  // Members that no axis distinguishes, and experiments outside of sweeps, are distinguished by their settings.
  const all = areTold(along, telling(along)) ? along : settings;
  const paths = telling(all);
  const texts = (some: readonly string[]): readonly string[] => all.map((facts) => phrases(facts, all, some));
  const full = texts(paths);
  return full.some((text) => text.length > longestLabel - 12) ? texts(fewest(all, paths)) : full;
};

const ownName = ({ experiment }: Labelled): string =>
  fitted(experiment.label ?? experiment.name, longestName);

/** Numbers the second and later of equal texts. */
const numbered = (texts: readonly string[]): readonly string[] => {
  const taken = new Set<string>();
  return texts.map((text) => {
    let made = text;
    for (let n = 2; taken.has(made); n++) made = `${fitted(text, longestLabel - 5)} #${n}`;
    taken.add(made);
    return made;
  });
};

const joinedName = (name: string, differs: string): string => {
  const whole = `${name} (${differs})`;
  if (whole.length <= longestLabel) return whole;
  const room = longestLabel - 3 - Math.min(name.length, 20);
  const part = fitted(differs, room);
  return `${fitted(name, longestLabel - 3 - part.length)} (${part})`;
};

/**
 * The label of each experiment among the others: at most 64 letters, all different.
 *
 * @example
 * labelsOf([{ experiment: slow, axes: { 'training.rate': 1e-3 } }, { experiment: fast, axes: { 'training.rate': 1e-2 } }])
 *   .map(({ name }) => name)   // ['my/rates (rate 0.001)', 'my/rates (rate 0.01)']
 */
export const labelsOf = (items: readonly Labelled[]): readonly Label[] => {
  const names = items.map(ownName);
  const differs = new Map<Labelled, string>();
  for (const name of new Set(names)) {
    const namesakes = items.filter((_, i) => names[i] === name);
    const texts = namesakes.length === 1 ? [''] : differences(namesakes);
    namesakes.forEach((one, i) => {
      differs.set(one, texts[i]);
    });
  }
  const labels = numbered(
    items.map((item, i) => {
      const text = differs.get(item) ?? '';
      return text === '' ? names[i] : joinedName(names[i], text);
    }),
  );
  return items.map((item, i) => ({
    name: labels[i],
    differs: (differs.get(item) ?? '') || (item.experiment.label === undefined ? '' : names[i]),
  }));
};

/**
 * The label of a member among the others: its experiment's label or name, and the differences along the axes if several
 * have the same name.
 *
 * @example
 * memberName(vary(trainingAxis('rate'), [1e-3, 3e-3])(sweepOf(e)))   // member => 'mine (rate 0.001)'
 */
export const memberName = (sweep: Sweep): ((member: Member) => string) => {
  const labels = memberLabels(sweep);
  return (member) => labels.get(member)?.name ?? member.experiment.label ?? member.experiment.name;
};

/** The labels of a sweep's members. */
export const memberLabels = ({ members }: Sweep): ReadonlyMap<Member, Label> => {
  const labels = labelsOf(members);
  return new Map(members.map((member, i) => [member, labels[i]]));
};

/**
 * Experiments with the same key have the same label. The key contains name, own label, and everything that determines a
 * run.
 */
export const labelKey = (experiment: Experiment): string =>
  canonical([
    experiment.name,
    experiment.label ?? null,
    settingsOf(experiment).map(({ path, value }) => [path, value ?? null]),
  ]);

/** Labels from several sweeps shown together: if two are equal, each includes its sweep. */
export const withoutDoubles = (
  labels: readonly { readonly label: Label; readonly sweep: string | null }[],
): readonly Label[] => {
  const times = (name: string): number => labels.filter(({ label }) => label.name === name).length;
  const told = numbered(
    labels.map(({ label: { name }, sweep }) =>
      sweep === null || times(name) === 1
        ? name
        : `${fitted(name, longestName)} in ${fitted(sweep, longestLabel - longestName - 4)}`,
    ),
  );
  return labels.map(({ label, sweep }, i) => ({
    name: told[i],
    differs:
      told[i] === label.name || sweep === null
        ? label.differs
        : [label.differs, sweep].filter(Boolean).join(', '),
  }));
};

/**
 * A label with one more part that tells it from others of its settings.
 *
 * @example
 * withPart({ name: 'mine (rate 0.01)', differs: 'rate 0.01' }, 'data 1a2b3c4d').name   // 'mine (rate 0.01, data 1a2b3c4d)'
 */
export const withPart = ({ name, differs }: Label, part: string): Label => {
  const inside = / \(([^()]*)\)$/.exec(name);
  return {
    name:
      inside === null || differs === ''
        ? joinedName(name, part)
        : `${fitted(`${name.slice(0, inside.index)} (${inside[1]}`, longestLabel - part.length - 3)}, ${part})`,
    differs: differs === '' ? part : `${differs}, ${part}`,
  };
};

/** The labels of experiments outside of sweeps; experiments with the same runs have the same label. */
export const experimentLabels = (experiments: readonly Experiment[]): readonly Label[] => {
  const keys = experiments.map(labelKey);
  const distinct = [...new Map(experiments.map((experiment, i) => [keys[i], experiment]))];
  const labels = labelsOf(distinct.map(([, experiment]) => ({ experiment })));
  const byKey = new Map(distinct.map(([key], i) => [key, labels[i]]));
  return keys.map((key) => byKey.get(key) ?? { name: key, differs: '' });
};

/** The axes of a sweep, in order, each with its distinct values in words. */
export const axisTexts = ({
  members,
}: Sweep): readonly { readonly axis: string; readonly values: readonly string[] }[] => {
  const all = members.flatMap((member) => axesOf(member));
  return [...new Set(all.map(({ path }) => path))].map((axis) => {
    const values = all.filter(({ path }) => path === axis).map(({ value }) => value);
    return {
      axis: axis.replace(/\.name$/, ''),
      values: [...new Set(values.map((value) => fitted(valueAmong(axis, value, values), longestValue)))],
    };
  });
};

/** Settings by path in a few words, for a sentence about them. */
export const settingsText = (settings: Readonly<Record<string, unknown>>): string =>
  Object.entries(settings)
    .map(([path, value]) => `${path} ${fitted(valueText(parsed(value)), longestValue)}`)
    .join(', ');
