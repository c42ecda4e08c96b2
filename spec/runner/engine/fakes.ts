/** TensorFlows, packages and compilers that only look like ones. */

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The processors by Node's names, as libraries number them. */
const machines: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };
const other = process.arch === 'x64' ? 'arm64' : 'x64';

/** The bytes of a library for a processor: its head, and some more. */
export const libraryFor = (arch: 'this' | 'another', more = 100): Uint8Array => {
  const bytes = new Uint8Array(20 + more).fill(7, 20);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  new DataView(bytes.buffer).setUint16(18, machines[arch === 'this' ? process.arch : other] ?? 0, true);
  return bytes;
};

const text = (words: string): Uint8Array => new TextEncoder().encode(words);

/** The members of a wheel that has all that is needed. */
export const wheel: Readonly<Record<string, Uint8Array>> = {
  'tensorflow/libtensorflow_cc.so.2': libraryFor('this'),
  'tensorflow/libtensorflow_framework.so.2': libraryFor('this', 50),
  'tensorflow/include/tensorflow/c/eager/c_api.h': text(
    '#include "tensorflow/c/c_api.h"\n#include <stdint.h>\n',
  ),
  'tensorflow/include/tensorflow/c/c_api.h': text('#include "tensorflow/c/eager/c_api.h"\n'),
  'tensorflow/include/tensorflow/unused.h': text('nobody includes this\n'),
  'tensorflow_cpu-2.21.0.dist-info/WHEEL': text('Wheel-Version: 1.0\n'),
};

export const writeAll = (folder: string, files: Readonly<Record<string, Uint8Array | string>>): void => {
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
};

/** A package of tfjs-node in a folder. */
export const writePackage = (folder: string, version = '4.22.0'): string => {
  writeAll(folder, {
    'package.json': JSON.stringify({ name: '@tensorflow/tfjs-node', version }),
    'binding/a.cc': '#include "b.h"\n#include "tensorflow/c/eager/c_api.h"\n',
    'binding/b.h': '#pragma once\n',
  });
  return folder;
};

/**
 * A compiler that notes its words and its headers beside it, and writes a binding. It fails where a file `fails` is beside it.
 */
export const writeCompiler = (folder: string): string => {
  const path = join(folder, 'compiler');
  writeAll(folder, {
    compiler: `#!/bin/sh
[ "$1" = --version ] && { echo 'compiler 1.0'; exit 0; }
here=$(dirname "$0")
[ -e "$here/fails" ] && { echo "x.cc:1: error: no such thing" >&2; exit 1; }
printf '%s\\n' "$@" > "$here/words"
for word; do
  [ "$before" = -o ] && echo built > "$word"
  [ "$before" = -I ] && [ -e "$word/tensorflow" ] && (cd "$word" && find . -type f | sort) > "$here/headers"
  before=$word
done
exit 0
`,
  });
  chmodSync(path, 0o755);
  return path;
};
