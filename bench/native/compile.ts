/** Compiles and links the native code, with any C compiler, for any platform. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const sources = join(root, 'native/src');
export const headers = join(root, 'node_modules/node-api-headers');

/** A compiler, and its target in Node's names. */
export interface Compiler {
  readonly command: readonly string[];
  readonly platform: string;
  readonly arch: string;
}

/** A level: the instructions that it may use, and the number of floats in a vector. */
export interface Level {
  readonly name: string;
  readonly flags: readonly string[];
}

/** Levels by the processor, the fastest last. */
const levels: Readonly<Record<string, readonly Level[]>> = {
  x64: [
    { name: 'avx2', flags: ['-DW=8', '-mavx2', '-mfma'] },
    {
      name: 'avx512',
      flags: ['-DW=16', '-mavx512f', '-mavx512dq', '-mavx512vl', '-mavx512bw', '-mavx2', '-mfma'],
    },
  ],
  arm64: [{ name: 'neon', flags: ['-DW=4'] }],
};

export const portable: Level = { name: 'portable', flags: ['-DW=4', '-DPORTABLE'] };

/** The level of every processor; `loops` rounds as plain loops do, for tests. */
const everywhere: readonly Level[] = [{ name: 'loops', flags: ['-DW=4', '-DLOOPS'] }, portable];

/** All levels of a processor, the fastest last; undefined if there are none for it. */
export const levelsOf = (arch: string): readonly Level[] | undefined =>
  levels[arch] === undefined ? undefined : [...everywhere, ...levels[arch]];

/** Flags for rounding and memory access, the same for every file. */
const flags = [
  ...['-std=gnu11', '-fPIC', '-fvisibility=hidden', '-Wall', '-Wextra', '-Wno-psabi'],
  ...['-ffp-contract=off', '-fno-math-errno', '-fno-trapping-math', '-fno-strict-aliasing', '-fwrapv'],
];

/**
 * Runs a command in the folder of the sources, so that no path of this machine gets into the binary; returns
 * its output.
 */
export const running = async (
  command: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> => {
  const [file, ...given] = command;
  const { stdout, stderr } = await promisify(execFile)(file, given, {
    cwd: sources,
    env,
    maxBuffer: 2 ** 28,
  });
  if (stderr !== '') console.error(stderr);
  return stdout;
};

/** Compiles a source into a folder and returns the object file. */
export const compile = async (
  { command }: Compiler,
  folder: string,
  name: string,
  source: string,
  own: readonly string[],
): Promise<string> => {
  const object = join(folder, `${name}.o`);
  await running([...command, ...flags, ...own, '-c', source, '-o', object]);
  return object;
};

/** Compiles all kernels of a level. */
export const compileKernels = (
  compiler: Compiler,
  folder: string,
  level: Level,
  own: readonly string[] = ['-O3'],
): Promise<string> =>
  compile(compiler, folder, level.name, 'kernels.c', [...own, `-DLEVEL=${level.name}`, ...level.flags]);

/** Flags for linking against Node, by platform. */
const linking: Readonly<Record<string, readonly string[]>> = {
  // an explicit name, since the linker would otherwise write the path of the build
  darwin: ['-undefined', 'dynamic_lookup', '-Wl,-install_name,drumhead.node'],
};

/**
 * Compiles the addon that Node loads: all levels of the processor, with the digest of the sources. Returns
 * the binary in the folder.
 */
export const compileAddon = async (
  compiler: Compiler,
  folder: string,
  digest: string,
  libraries: readonly string[] = [],
): Promise<string> => {
  const addon = [
    ...['-O2', `-I${join(headers, 'include')}`],
    ...['-DNODE_GYP_MODULE_NAME=drumhead', `-DSOURCES="${digest}"`],
  ];
  const objects = [
    await compile(compiler, folder, 'addon', 'addon.c', addon),
    await compile(compiler, folder, 'program', 'program.c', ['-O2']),
  ];
  for (const level of levelsOf(compiler.arch) ?? [])
    objects.push(await compileKernels(compiler, folder, level));
  const linked = join(folder, 'drumhead.node');
  const own = [...(linking[compiler.platform] ?? []), ...libraries];
  await running([...compiler.command, '-shared', '-s', ...own, '-o', linked, ...objects, '-lm']);
  return linked;
};
