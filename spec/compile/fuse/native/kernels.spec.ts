/** The numbers of kernels and of steps are those of the C sources; what native code computes: `list/both.ts`. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { nativeKernels } from '../../../../src/compile/fuse/native/kernels.js';
import { kernelNames, nativeKernelNames } from '../../../../src/compile/fuse/registry/index.js';
import { stepKinds } from '../../../../src/compile/fuse/registry/native-group.js';

const source = (name: string): string =>
  readFileSync(new URL(`../../../../native/src/${name}`, import.meta.url), 'utf8');

/** The members of an enumeration in C that begin with this, in lower case. */
const members = (text: string, name: string, start: string): readonly string[] => {
  const [, body = ''] = text.split(`enum ${name} {`);
  return [...body.split('}')[0].matchAll(new RegExp(`\\b${start}_(\\w+)`, 'g'))].map(([, each]) =>
    each.toLowerCase(),
  );
};

const inC = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toLowerCase();

describe('native code', () => {
  it('numbers kernels as the sources do', () => {
    assert.deepEqual(
      members(source('program.h'), 'kernel_number', 'KERNEL'),
      nativeKernels.map((name) => (name === 'winograd' ? 'transform' : inC(name))),
    );
  });

  it('has every kernel that a list can call', () => {
    // noise is a stream of SHA-256 with logarithms and sines of JavaScript: the same draws in every interpreter
    const inScript = ['noise'];
    assert.deepEqual(
      nativeKernelNames,
      kernelNames.filter((name) => !inScript.includes(name)),
    );
    assert.deepEqual(
      nativeKernels.filter((name) => name !== 'outside').sort(),
      [...nativeKernelNames].sort(),
    );
  });

  it('numbers the steps of pointwise passes as the sources do', () => {
    assert.deepEqual(
      members(source('pointwise.h'), 'step_kind', 'STEP'),
      stepKinds.map((name) => (name === 'stopGradient' ? 'same' : inC(name))),
    );
  });
});
