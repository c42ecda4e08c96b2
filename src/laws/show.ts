/** Reports in words: the structure of a system, a table of laws, counterexamples as code. */

import { aligned } from '../base/aligned.js';
import { diagnose, hintsOn, leastDamping } from './diagnosis/index.js';
import { kernelsOf } from './reading/kernels.js';
import { boundaryName, structureOf } from './reading/structure.js';
import { smallAtRest } from './requirements/at-rest.js';
import { dampingOf } from './requirements/force.js';
import { reciprocalKernels, symmetricKernels } from './requirements/requirements.js';
import { vectorsOf } from './requirements/sphere.js';
import type { System } from './system/system.js';
import type { Case } from './trial/case.js';
import { digits } from './trial/findings.js';
import type { ClaimedOrder } from './trial/law.js';
import type { Counterexample, Report, Verdict } from './trial/verdict.js';

const sizes = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/**
 * The structure of a system in words, one line for each property.
 *
 * @example
 * describeSystem(systemOf(program({ x: [4, 4, 1] }, ({ x }) => ({ y: tanh(x) }))))[0]; // => 'a map of x [4, 4, 1]'
 */
export const describeSystem = (system: System): readonly string[] => {
  const structure = structureOf(system);
  const fields = Object.entries(system.fields).map(([name, shape]) => `${name} ${sizes(shape)}`);
  const free = system.externals.flatMap(({ name, kind }) => (kind === 'field' ? [name] : []));
  const { oscillator, phase, amplitude, unit } = structure;
  return [
    `${system.kind === 'map' ? 'a map of' : 'a step of'} ${fields.join(', ')}` +
      (free.length > 0 ? `, beside ${free.join(', ')}` : '') +
      (system.sequences.length > 0 ? ', driven by a sequence' : ''),
    ...(oscillator === null ? [] : oscillatorLines(system, oscillator)),
    ...(phase === null ? [] : [`${phase} is a phase`]),
    ...(amplitude === null ? [] : [`${amplitude} is a complex amplitude in two channels`]),
    ...(unit === null || (vectorsOf(system)?.off ?? 1) > 0.1 ? [] : [`${unit} is made of unit vectors`]),
    ...kernelLines(system),
  ];
};

const orders = {
  'kick-drift': (y: string, z: string, h: string) => `${y}' = ${y} + ${h} ${z}' (kick, then drift)`,
  'old velocity': (y: string, z: string, h: string) =>
    `${y}' = ${y} + ${h} ${z}: it moves with the OLD velocity (explicit Euler), kick-drift has ${y}' = ${y} + ${h} ${z}'`,
  'drift-kick': (y: string, z: string, h: string) =>
    `${y}' = ${y} + ${h} ${z} comes BEFORE the kick, which takes the force at ${y}'; kick-drift has it after`,
};

const oscillatorLines = (
  system: System,
  o: NonNullable<ReturnType<typeof structureOf>['oscillator']>,
): readonly string[] => {
  const force =
    o.inDisplacement === 'other' ? 'not linear' : o.inDisplacement === 'none' ? 'independent' : 'linear';
  return [
    `an oscillator: ${orders[o.order](o.y, o.z, o.pace.length === 0 ? digits(o.h) : 'h')}${o.pace.length === 0 ? '' : ', h from unit to unit'}`,
    `force: ${force} in ${o.y}, ${dampingInWords(system, o)}`,
  ];
};

const dampingInWords = (
  system: System,
  o: NonNullable<ReturnType<typeof structureOf>['oscillator']>,
): string => {
  if (o.inVelocity === 'none') return 'undamped';
  if (!o.diagonal || o.inVelocity === 'other') return `and depends on ${o.z}`;
  const alpha = [...dampingOf(smallAtRest(system), o).value];
  const [low, high] = [Math.min(...alpha), Math.max(...alpha)];
  if (high === 0 && low === 0)
    return (leastDamping(system, o) ?? 0) < 0
      ? `a field that multiplies ${o.z} FEEDS energy`
      : `damped by a field that multiplies ${o.z}`;
  return `damping alpha = ${low === high ? digits(low) : `${digits(low)} to ${digits(high)}`}${low < 0 ? ', which FEEDS energy' : ''}`;
};

const kernelLines = (system: System): readonly string[] => {
  const structure = structureOf(system);
  const seen = structure.convolutions.filter(({ ofState }) => ofState);
  if (seen.length === 0 || system.kind === 'map') return [];
  const kernels = kernelsOf(system, structure);
  const boundaries = [...new Set(seen.map(({ boundary }) => boundaryName(boundary)))];
  const walls = boundaries.includes('circular') ? '' : ' (walls; on a torus it is circular)';
  const sides = [...new Set(kernels.map(({ shape }) => shape.slice(0, -2).join(' x ')))];
  const turns = symmetricKernels.missing(system, structure);
  const mutual = reciprocalKernels.missing(system, structure);
  const words = [
    turns ?? 'invariant under rotations and reflections',
    ...(mutual === null || turns === mutual ? [] : [mutual]),
  ];
  return [
    `${seen.length} ${seen.length === 1 ? 'convolution' : 'convolutions'}, ${sides.join(' and ')}, boundary ${boundaries.join(' and ')}${walls}: ${words.join('; ')}`,
  ];
};

/** Numbers as exact literals. */
const literal = (values: Readonly<Record<string, number>>): string => {
  const entries = Object.entries(values).map(([at, value]) => `${at}: ${value}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
};

/**
 * A case as code for pasting.
 *
 * @param claims the order that the law of convergence compares with, if one was claimed
 * @example
 * const c = { grid: [2, 2], steps: 1, seed: 0, choices: [0], values: { y: { 0: 1 } } };
 * showCase('stability', c).startsWith('laws.replay(system, "stability", {'); // => true
 */
export const showCase = (
  law: string,
  { grid, steps, seed, choices, values }: Case,
  claims?: ClaimedOrder,
): string => {
  const fields = Object.entries(values).map(
    ([name, sparse]) => `    ${JSON.stringify(name)}: ${literal(sparse)},`,
  );
  return [
    `laws.replay(system, ${JSON.stringify(law)}, {`,
    `  grid: [${grid.join(', ')}], steps: ${steps}, seed: ${seed}, choices: [${choices.join(', ')}],`,
    '  values: {',
    ...fields,
    '  },',
    claims === undefined
      ? '});'
      : `}, laws.reference, { name: ${JSON.stringify(claims.name)}, order: ${claims.order} });`,
  ].join('\n');
};

const outcomeOf = (verdict: Verdict): string => {
  switch (verdict.outcome) {
    case 'holds':
      return `holds (${verdict.cases} ${verdict.cases === 1 ? 'case' : 'cases'})`;
    case 'does not apply':
      return `does not apply: ${verdict.because}`;
    case 'not tried':
      return `not tried: ${verdict.because}`;
    case 'broken':
      return `BROKEN: ${[verdict.because, verdict.counterexample?.says].filter((text) => text !== undefined).join('; ')}`;
  }
};

/**
 * A report as plain data, for programs that read it: the outcome of every law, and the case that breaks it.
 *
 * @example
 * const squared = program({ x: [2, 2, 1] }, ({ x }) => ({ y: square(x) }));
 * reportAsData(check(squared, { laws: ['superposition'] })).map(({ outcome }) => outcome); // => ['does not apply']
 */
export const reportAsData = ({ verdicts }: Report): readonly Readonly<Record<string, unknown>>[] =>
  verdicts.map((verdict) => {
    const { name, entry, statement } = verdict.law;
    const { law: _, ...rest } = verdict;
    if (rest.outcome !== 'broken' || rest.counterexample === undefined)
      return { law: name, entry, statement, ...rest };
    const { pictures: __, ...counterexample } = rest.counterexample;
    return { law: name, entry, statement, ...rest, counterexample };
  });

/**
 * A counterexample, in full.
 *
 * @example
 * const c = { grid: [2, 2], steps: 1, seed: 0, choices: [0], values: {} };
 * const found = { says: 'wrong', case: c, seed: 1, path: '0', on: 'float64', pictures: [] };
 * showCounterexample('stability', found, 'again').endsWith('--seed 1 --path 0'); // => true
 */
export const showCounterexample = (
  law: string,
  { case: c, seed, path, on }: Counterexample,
  again: string,
  claims?: ClaimedOrder,
): string =>
  [
    `  smallest counterexample, on ${on}:`,
    ...showCase(law, c, claims)
      .split('\n')
      .map((line) => `    ${line}`),
    `  again: ${again} --law "${law}" --seed ${seed} --path ${path}`,
  ].join('\n');

/** Sentences under a heading, if there are any. */
const listed = (heading: string, sentences: readonly string[]): readonly string[] =>
  sentences.length === 0 ? [] : [heading, ...sentences.map((sentence) => `  - ${sentence}`), ''];

/**
 * The whole report: the structure of the system, the table of laws, and counterexamples.
 *
 * @param again the command or call that made the report, to which law, seed and path are added
 * @example
 * showReport(check(system, { laws: ['oddness'] })).includes('1 hold, 0 broken'); // => true
 */
export const showReport = ({ system, verdicts }: Report, again = 'laws.check(system)'): string => {
  const lines = aligned(
    verdicts.map((verdict) => [String(verdict.law.entry).padStart(2), verdict.law.name, outcomeOf(verdict)]),
  );
  const broken = verdicts.flatMap((verdict) =>
    verdict.outcome === 'broken'
      ? [
          [
            '',
            `${verdict.law.name} (law ${verdict.law.entry}): ${verdict.law.statement}`,
            `  ${[verdict.because, verdict.counterexample?.says].filter((text) => text !== undefined).join('; ')}`,
          ],
          verdict.counterexample === undefined
            ? []
            : [showCounterexample(verdict.law.name, verdict.counterexample, again, verdict.law.claims)],
        ].flat()
      : [],
  );
  const counts = (outcome: Verdict['outcome']): number =>
    verdicts.filter((verdict) => verdict.outcome === outcome).length;
  return [
    ...describeSystem(system),
    '',
    ...lines,
    ...broken,
    '',
    ...(counts('broken') > 0 ? listed('what is likely wrong:', diagnose(system)) : []),
    ...listed('worth a look:', hintsOn(system)),
    `${counts('holds')} hold, ${counts('broken')} broken, ` +
      (counts('not tried') > 0 ? `${counts('not tried')} not tried, ` : '') +
      `${counts('does not apply')} do not apply`,
  ].join('\n');
};
