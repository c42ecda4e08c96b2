/**
 * A disk that fails at one call: replaces Node's own functions for every module of this process, until
 * `mend`.
 *
 * A killed process changes nothing more. So from the fault on every call below the folder fails, and the
 * files are exactly those that a kill leaves; in the middle of a write that is half of it.
 */

import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';

/**
 * The moment of a kill: before the call, when half of it is on the disk, or after it but before the process
 * knows.
 */
export const moments = ['before', 'middle', 'after'] as const;
export type Moment = (typeof moments)[number];

/** The code of an injected error. */
export const codes = ['EIO', 'ENOSPC', 'EACCES', 'EMFILE', 'EROFS'] as const;
export type Code = (typeof codes)[number];

export type Fault =
  /** No fault: calls are only counted. */
  | { readonly kind: 'none' }
  /** Killed at the n-th call that changes a file. */
  | { readonly kind: 'kill'; readonly at: number; readonly moment: Moment }
  /**
   * The n-th call that changes or reads a file fails; if the error lasts, so do all later calls of its kind.
   */
  | { readonly kind: 'error'; readonly at: number; readonly code: Code; readonly lasts: boolean };

export interface Disk {
  /** Whether the fault has occurred. */
  readonly struck: () => boolean;
  /** The call at which it occurred, in words. */
  readonly where: () => string;
  /** Calls so far: the number of those that change a file, of all, and a description of each. */
  readonly changes: () => number;
  readonly calls: () => number;
  readonly story: () => readonly string[];
  readonly mend: () => void;
}

type Call = (...args: readonly unknown[]) => unknown;

const changing =
  'mkdir mkdtemp rename rm rmdir unlink writeFile appendFile symlink link copyFile truncate chmod'.split(' ');
const reading = 'readFile readdir stat lstat realpath readlink access'.split(' ');
const changingHandle = 'write writeFile appendFile truncate sync'.split(' ');
const readingHandle = ['read', 'readFile', 'stat'];

const failing = (code: string, what: string): Error =>
  Object.assign(new Error(`${code}: injected at ${what}`), { code });

const opensToWrite = (flags: unknown): boolean =>
  typeof flags === 'number'
    ? (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) !== 0
    : typeof flags === 'string' && /[wa+]/.test(flags);

const bytesOf = (data: unknown): Uint8Array =>
  data instanceof Uint8Array ? data : new TextEncoder().encode(String(data));

const nameOf = (path: unknown): string => String(path).split(sep).slice(-2).join(sep);

/** Does half of a call, if a call of this kind can be done in part. */
const half = async (call: Call, name: string, args: readonly unknown[]): Promise<void> => {
  // The data are the first argument of a handle's function, and the second if there is a path.
  const data = name === 'writeFile' || name === 'appendFile' ? Math.min(1, args.length - 1) : -1;
  if (data >= 0)
    await call(
      ...args.map((arg, i) => (i === data ? bytesOf(arg).subarray(0, bytesOf(arg).length >> 1) : arg)),
    );
  // A folder is removed file by file.
  if (name === 'rm' && typeof args[0] === 'string') {
    const folder = args[0];
    const inside = fs.existsSync(folder) && fs.lstatSync(folder).isDirectory() ? fs.readdirSync(folder) : [];
    for (const one of inside.slice(0, inside.length >> 1)) fs.rmSync(join(folder, one), { recursive: true });
  }
};

/** Closes a file that was opened by the process that died. */
const closed = async (made: unknown): Promise<void> => {
  if (typeof made === 'object' && made !== null && 'close' in made && typeof made.close === 'function')
    await Reflect.apply(made.close, made, []);
};

/** Breaks the disk of this process below a folder. */
export const breakDisk = (below: string, fault: Fault): Disk => {
  const root = below === sep ? sep : resolve(below) + sep;
  const originals: Record<string, unknown> = { ...promises };
  const stream = fs.createReadStream;
  let changes = 0;
  let calls = 0;
  const story: string[] = [];
  let struck = false;
  let where = '';
  let kind: boolean | null = null;

  /** Does a call, or its fault. */
  const guarded = async (
    call: Call,
    name: string,
    changes_: boolean,
    path: string,
    args: readonly unknown[],
  ) => {
    const here = (): string => `${name} of ${nameOf(path)}`;
    if (fault.kind === 'kill') {
      if (struck) throw failing('EIO', 'a dead process');
      if (changes_ && ++changes === fault.at) {
        [struck, where] = [true, here()];
        if (fault.moment === 'middle') await half(call, name, args);
        if (fault.moment === 'after') await closed(await call(...args));
        throw failing('EIO', 'a dead process');
      }
      return call(...args);
    }
    calls++;
    story.push(here());
    if (changes_) changes++;
    if (fault.kind === 'error' && (calls === fault.at || (struck && fault.lasts && changes_ === kind))) {
      if (!struck) [struck, where, kind] = [true, here(), changes_];
      throw failing(fault.code, here());
    }
    return call(...args);
  };

  const bound = (target: object, name: string): Call | null => {
    const found: unknown = Reflect.get(target, name);
    return typeof found === 'function' ? (...args) => Reflect.apply(found, target, args) : null;
  };
  const isBelow = (path: unknown): path is string =>
    typeof path === 'string' && `${resolve(path)}${sep}`.startsWith(root);

  const guardHandle = (handle: object, path: string): object => {
    for (const name of [...changingHandle, ...readingHandle]) {
      const call = bound(handle, name);
      if (call === null) continue;
      Object.assign(handle, {
        [name]: (...args: readonly unknown[]) =>
          guarded(call, name, changingHandle.includes(name), path, args),
      });
    }
    return handle;
  };

  const broken: Record<string, Call> = {};
  for (const name of [...changing, ...reading]) {
    const call = bound(originals, name);
    if (call === null) continue;
    broken[name] = async (...args) => {
      const path = args.find(isBelow);
      return path === undefined ? call(...args) : guarded(call, name, changing.includes(name), path, args);
    };
  }
  const open = bound(originals, 'open');
  broken.open = async (...args) => {
    if (open === null) return undefined;
    const path = args[0];
    if (!isBelow(path)) return open(...args);
    const handle = await guarded(open, 'open', opensToWrite(args[1]), path, args);
    return typeof handle === 'object' && handle !== null ? guardHandle(handle, path) : handle;
  };
  const readStream = (...args: readonly unknown[]): unknown => {
    if (!isBelow(args[0])) return Reflect.apply(stream, fs, args);
    const path = args[0];
    const source = guarded(() => fs.readFileSync(path), 'createReadStream', false, path, []);
    return Readable.from(
      (async function* () {
        yield await source;
      })(),
    );
  };
  Object.assign(promises, broken);
  Object.assign(fs, { createReadStream: readStream });
  syncBuiltinESMExports();
  return {
    struck: () => struck,
    where: () => where,
    changes: () => changes,
    calls: () => calls,
    story: () => story,
    mend: () => {
      Object.assign(promises, originals);
      Object.assign(fs, { createReadStream: stream });
      syncBuiltinESMExports();
    },
  };
};

let lives = 0;
const real = process.pid;

/**
 * Sets another process id until `again`, since a killed process does not come back under its own. No real
 * process has this id.
 */
export const anotherLife = (): void => {
  Object.defineProperty(process, 'pid', {
    value: 1_900_000_000 + (lives++ % 200_000_000),
    configurable: true,
  });
};
export const ownLife = (): void => {
  Object.defineProperty(process, 'pid', { value: real, configurable: true });
};
