/**
 * The rooms of `src`, from the ground up: what each may import. The linter's lists are made of this table by `npm run docs`;
 * spec/house.spec.ts tries every pair.
 */

/** A room, what it may import of the rooms before it, and whether TensorFlow.js may be imported there. */
export interface Room {
  readonly name: string;
  readonly may: readonly string[];
  readonly tensorflow: boolean;
}

const room = (name: string, may: string, tensorflow = false): Room => ({
  name,
  may: may.split(' ').filter((other) => other !== ''),
  tensorflow,
});

/** Lowest first: no room may import one that stands after it. */
export const rooms: readonly Room[] = [
  room('base', ''),
  room('files', 'base'),
  room('formats', 'base files'),
  room('analysis', 'base'),
  room('dsl', 'base'),
  room('engine', 'base', true),
  room('compile', 'base dsl engine', true),
  room('models', 'base dsl'),
  room('data', 'base files formats'),
  room('drums', 'base dsl engine compile'),
  room('experiments', 'base dsl compile models data'),
  room('laws', 'base dsl engine compile models experiments'),
  room('report', 'base engine analysis data drums experiments'),
  room('runner', 'base files formats analysis dsl engine compile models data drums experiments report', true),
  room(
    'cli',
    'base files formats analysis dsl engine compile models data drums experiments laws report runner',
  ),
];

/** The rule of one room as Biome takes it. */
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
      ? []
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

/** What `biome.json` says of imports between rooms. */
export const importRules = (): readonly unknown[] => rooms.map(ruleOf);
