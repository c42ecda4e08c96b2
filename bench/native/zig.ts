/** The compiler that makes prebuilds: zig, which has the headers and libraries of every platform. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { headers } from './compile.js';

/** The version that compiles the committed binaries. */
export const zigVersion = '0.17.1';

/**
 * The command of zig that `ZIG` names, else the first of these with this version; else a sentence on what is
 * missing.
 */
export const foundZig = (): readonly string[] | string => {
  const named = process.env.ZIG;
  const commands = named === undefined ? [['zig'], ['python3', '-m', 'ziglang']] : [named.split(' ')];
  const versions = commands.map(([file, ...given]) =>
    spawnSync(file, [...given, 'version'], { encoding: 'utf8' }).stdout?.trim(),
  );
  const command = commands[versions.indexOf(zigVersion)];
  if (command === undefined)
    return `zig ${zigVersion}, whose bytes prebuilds/ has: pip install ziglang==${zigVersion} in an environment outside of the repository, and name it by ZIG="…/bin/python -m ziglang"`;
  return existsSync(headers) ? command : 'the package node-api-headers: run npm ci';
};
