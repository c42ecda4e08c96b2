/**
 * A disk that fails: Node's own functions, as every module of this process sees them, replaced until `mend`.
 *
 * Operations that change the disk are counted. At the operation of the fault the process is killed, before a rename or in the
 * middle of a write; or that operation and all later ones fail, as on a full disk.
 */

import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

export type Fault =
  /** From the n-th change on nothing changes the disk any more, as after a kill; the process sees errors. */
  | { readonly kind: 'dead'; readonly at: number }
  /** From the n-th write on every write fails for want of space; what is there can be renamed and removed. */
  | { readonly kind: 'full'; readonly at: number }
  /** The process is killed before the n-th rename: what was written lies beside its place. */
  | { readonly kind: 'kill before rename'; readonly at: number }
  /** The process is killed when half of the n-th write is on the disk. */
  | { readonly kind: 'kill in write'; readonly at: number };

const failing = (code: string): Error => Object.assign(new Error(`${code}: the disk of the spec`), { code });

const die = (): Promise<never> => {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => {});
};

const originals = { open: fs.open, rename: fs.rename, rm: fs.rm, mkdir: fs.mkdir };

export interface FaultyDisk {
  readonly mend: () => void;
  /** Operations that were counted. */
  readonly count: () => number;
}

/** Breaks the disk of this process. */
export const breakDisk = (fault: Fault): FaultyDisk => {
  let counted = 0;
  const dead = (): boolean => fault.kind === 'dead' && ++counted >= fault.at;
  const isWrite = (flags: unknown): boolean => typeof flags === 'string' && /[wa+]/.test(flags);
  fs.open = async (path, flags, mode) => {
    if (!isWrite(flags)) return originals.open(path, flags, mode);
    if (dead()) throw failing('EIO');
    const file = await originals.open(path, flags, mode);
    const write = file.writeFile.bind(file);
    const append = file.appendFile.bind(file);
    const guarded =
      (change: (data: Uint8Array) => Promise<void>) =>
      async (data: unknown): Promise<void> => {
        const bytes = data instanceof Uint8Array ? data : new TextEncoder().encode(String(data));
        if (fault.kind === 'full' && ++counted >= fault.at) {
          await change(bytes.subarray(0, bytes.length >> 1));
          throw failing('ENOSPC');
        }
        if (fault.kind === 'kill in write' && ++counted === fault.at) {
          await change(bytes.subarray(0, bytes.length >> 1));
          await file.sync();
          await die();
        }
        await change(bytes);
      };
    file.writeFile = guarded((data) => write(data));
    file.appendFile = guarded((data) => append(data));
    return file;
  };
  fs.rename = async (from, to) => {
    if (dead()) throw failing('EIO');
    if (fault.kind === 'kill before rename' && ++counted === fault.at) await die();
    await originals.rename(from, to);
  };
  fs.rm = async (path, options) => {
    if (dead()) throw failing('EIO');
    await originals.rm(path, options);
  };
  syncBuiltinESMExports();
  return {
    count: () => counted,
    mend: () => {
      Object.assign(fs, originals);
      syncBuiltinESMExports();
    },
  };
};
