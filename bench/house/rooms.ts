/**
 * The rooms of `src`, lowest first, and the imports that each may have. `npm run docs:write` writes the linter's
 * lists from this table; spec/house.spec.ts tries every pair.
 */

/** A room: its purpose, the earlier rooms that it may import, and whether it may import TensorFlow.js. */
export interface Room {
  readonly name: string;
  readonly what: string;
  readonly may: readonly string[];
  readonly tensorflow: boolean;
}

const room = (name: string, may: string, what: string, tensorflow = false): Room => ({
  name,
  what,
  may: may.split(' ').filter((other) => other !== ''),
  tensorflow,
});

/** Lowest first: no room may import a later one. */
export const rooms: readonly Room[] = [
  room('base', '', 'the error union, codecs, named random streams, canonical JSON, limits'),
  room('files', 'base', 'the file system: whole files, whole folders, who holds a file'),
  room('formats', 'base files', 'foreign formats: .npy, IDX, PNG, safetensors, TensorBoard'),
  room('analysis', 'base', 'what waves do, in numbers: spectra, dispersion, phase and speed, energy'),
  room('dsl', 'base', 'the language: symbolic tensors, layers, scans, programs as data'),
  room(
    'engine',
    'base',
    'the TensorFlow.js backend: its choice, substitutes for what it lacks, the assembler of WebAssembly',
    true,
  ),
  room(
    'compile',
    'base dsl engine',
    'interpreters of a program: fused kernels, op by op, reference, cost, diagram, light cone, derivatives, export',
    true,
  ),
  room(
    'models',
    'base dsl',
    'published architectures and dynamical systems, each a short file in the language',
  ),
  room('data', 'base files formats', 'tasks: generators, digits, folders of your own, the cache'),
  room('drums', 'base dsl engine compile', 'membranes, and the tones one hears of them'),
  room(
    'experiments',
    'base analysis dsl compile models data',
    'experiments and sweeps as plain values, their codecs, scores, the catalogue and its presets',
  ),
  room(
    'laws',
    'base dsl engine compile models experiments',
    'the laws of wave dynamics, and how a system is tried on them',
  ),
  room(
    'report',
    'base engine analysis data drums experiments',
    'pictures, tables and pages, from plain arrays to bytes',
  ),
  room(
    'runner',
    'base files formats analysis dsl engine compile models data drums experiments report',
    'training and run folders, sweeps, results, export and import',
    true,
  ),
  room(
    'browser',
    'base formats analysis dsl engine compile models data drums experiments laws report runner',
    'drumhead in a page: what needs no Node, and a worker with fused kernels',
  ),
  room(
    'cli',
    'base files formats analysis dsl engine compile models data drums experiments laws report runner',
    'the command line: flags in, sentences and exit codes out',
  ),
];

/** Biome's rule for one room. */
const ruleOf = ({ name, may, tensorflow }: Room) => {
  const others = rooms.filter((other) => other.name !== name && !may.includes(other.name));
  const said = may.length === 0 ? 'no other room' : may.join(', ');
  const patterns = [
    ...(others.length === 0
      ? []
      : [
          {
            group: others.map((other) => `**/${other.name}/**`),
            message: `imports run downward: ${name} may import ${said}`,
          },
        ]),
    ...(tensorflow
      ? [
          {
            group: ['@tensorflow/tfjs'],
            message:
              'drumhead depends on the parts of TensorFlow.js (@tensorflow/tfjs-core), not on the union package',
          },
        ]
      : [
          {
            group: ['@tensorflow/*', '@tensorflow/**'],
            message: `${name} asks an engine, never TensorFlow.js`,
          },
        ]),
  ];
  return {
    includes: [`src/${name}/**`],
    linter: { rules: { style: { noRestrictedImports: { level: 'error', options: { patterns } } } } },
  };
};

/** The rules of `biome.json` for imports between rooms. */
export const importRules = (): readonly unknown[] => rooms.map(ruleOf);
