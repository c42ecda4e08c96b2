/** The roofline: peak speeds of one and of two threads on this machine. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as t from 'io-ts';
import { decodeWith } from '../../src/base/codec.js';
import { value } from '../cases.js';

const probeCodec = t.type({ gflops: t.number, gigabytes: t.number });

/** 10^9 operations and 10^9 bytes a second. */
export type Ceiling = t.TypeOf<typeof probeCodec>;

const probe = (): Promise<Ceiling> =>
  new Promise((resolve, reject) => {
    const script = fileURLToPath(new URL('./probe.ts', import.meta.url));
    execFile(process.execPath, ['--import', 'tsx', script], (fault, said) =>
      fault === null ? resolve(value(decodeWith(probeCodec, 'probe')(JSON.parse(said)))) : reject(fault),
    );
  });

/** The sum over this many threads, each in a process of its own. */
export const ceilingOf = async (threads: number): Promise<Ceiling> => {
  const all = await Promise.all(Array.from({ length: threads }, probe));
  return {
    gflops: all.reduce((sum, { gflops }) => sum + gflops, 0),
    gigabytes: all.reduce((sum, { gigabytes }) => sum + gigabytes, 0),
  };
};
