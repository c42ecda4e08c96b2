/** Speeds that are measured on a partition; a program that runs its words here stands for srun. */

import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { decodeWith } from '../../../src/base/codec.js';
import { errorMessage } from '../../../src/base/error.js';
import { conv, program } from '../../../src/dsl/index.js';
import { openEngine } from '../../../src/engine/index.js';
import { publishedLoss } from '../../../src/experiments/loss.js';
import { slurmCodec } from '../../../src/runner/cluster/options.js';
import { speedsThere } from '../../../src/runner/cluster/probe.js';
import { callSlurm } from '../../../src/runner/cluster/slurm-program.js';

describe('a probe on a partition', () => {
  let folder = '';
  const before = process.env.PATH;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "drumhead probe's "));
    process.env.PATH = `${folder}:${before}`;
  });
  afterEach(() => {
    process.env.PATH = before;
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, lines: readonly string[]): void => {
    writeFileSync(join(folder, name), `${['#!/bin/bash', ...lines].join('\n')}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  const asked = async (options: object) => {
    const [engine, read] = [await openEngine('cpu')(), decodeWith(slurmCodec, 'options')(options)];
    if (E.isLeft(engine) || E.isLeft(read)) return assert.fail('no engine or no options');
    const { graph } = program({ image: [4, 4, 1] }, ({ image }) => ({ logits: conv(2)(image) }));
    const probes = [{ kind: 'program', program: graph, loss: publishedLoss }];
    const done = await speedsThere(engine.right, probes, read.right, folder)();
    return E.isRight(done) ? done.right : errorMessage(done.left);
  };

  it('is run by srun with the options that decide on the node, whatever is printed before its answer', async () => {
    write('srun', [
      `printf '%s\\n' "$@" > "$(dirname "$0")/words"`,
      'echo welcome to the cluster',
      'while [ "$1" != bash ]; do shift; done',
      'exec "$@"',
    ]);
    const found = await asked({ partition: 'short', memory: '4G', time: 30, setup: ['echo set up'] });
    assert.ok(typeof found === 'object', String(found));
    assert.ok(found.node !== '' && found.flopsPerSecond.program > 0);
    const words = readFileSync(join(folder, 'words'), 'utf8').split('\n');
    assert.deepEqual(words.slice(0, words.indexOf('bash')), [
      '--quiet',
      '--ntasks=1',
      '--cpus-per-task=1',
      '--time=10',
      '--partition=short',
      '--mem=4G',
    ]);
  });

  it('that fails, answers nothing, or has no srun is one sentence', async () => {
    write('srun', ['echo "srun: error: invalid partition specified: shrt" >&2; exit 1']);
    assert.match(String(await asked({ partition: 'shrt' })), /^srun refuses: .*invalid partition/);
    write('srun', ['echo nothing']);
    assert.match(String(await asked({})), /^the probe on the partition answered no speeds: nothing$/);
    rmSync(join(folder, 'srun'));
    process.env.PATH = folder;
    assert.match(String(await asked({})), /^there is no 'srun' here/);
  });

  it('and any program of Slurm that hangs is ended, and named', async () => {
    write('squeue', ["trap '' TERM", 'sleep 60 & wait']);
    const hung = await callSlurm('squeue', [], { seconds: 0.2 })();
    assert.ok(E.isLeft(hung));
    assert.match(
      errorMessage(hung.left),
      /^squeue did not answer within 0.2 seconds and was ended; ask again later$/,
    );
  });
});
