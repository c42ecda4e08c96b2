/** The platforms of prebuilds, and how zig names them. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Compiler, headers, running } from './compile.js';

/** By platform and processor, in Node's names; glibc and macOS no newer than Node 20 needs. */
const targets: Readonly<Record<string, string>> = {
  'linux-x64': 'x86_64-linux-gnu.2.28',
  'linux-arm64': 'aarch64-linux-gnu.2.28',
  'darwin-x64': 'x86_64-macos.11.0',
  'darwin-arm64': 'aarch64-macos.11.0',
  'win32-x64': 'x86_64-windows-gnu',
};

export const targetNames: readonly string[] = Object.keys(targets);

/** Zig as a compiler for a platform. */
export const compilerFor = (zig: readonly string[], name: string, target = targets[name]): Compiler => {
  const [platform, arch] = name.split('-');
  return { command: [...zig, 'cc', '-target', target, '-g0'], platform, arch };
};

/** Further libraries to link: on Windows an import library of node.exe. */
export const librariesFor = async (
  zig: readonly string[],
  name: string,
  folder: string,
): Promise<readonly string[]> => {
  if (!name.startsWith('win32')) return [];
  const names = ['js_native_api', 'node_api'].flatMap((each) =>
    readFileSync(join(headers, 'def', `${each}.def`), 'utf8')
      .split('\n')
      .filter((line) => /^\s*\w+\s*$/.test(line) && !/^\s*EXPORTS/.test(line)),
  );
  const [definition, library] = [join(folder, 'node.def'), join(folder, 'node.lib')];
  writeFileSync(definition, ['LIBRARY node.exe', 'EXPORTS', ...names].join('\n'));
  await running([...zig, 'dlltool', '-m', 'i386:x86-64', '-D', 'node.exe', '-d', definition, '-l', library]);
  return [library];
};
