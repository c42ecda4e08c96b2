/** The files under docs/cluster, each run with programs of its own in place of those of a cluster. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { decodeWith } from '../../../src/base/codec.js';
import { readYamlText } from '../../../src/cli/document/yaml.js';
import { slurmCodec } from '../../../src/runner/cluster/options.js';
import { shardFlag } from '../../../src/runner/sweep/shard.js';
import { right } from '../../support/either.js';

const docs = fileURLToPath(new URL('../../../docs/', import.meta.url));
const text = (name: string): string => readFileSync(join(docs, 'cluster', name), 'utf8');
const yaml = async (name: string): Promise<unknown> => {
  const read = await readYamlText(text(name), name)();
  return right(read);
};

describe('examples of clusters', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-clusters-'));
    program('drumhead', 'echo "$@" >> "$OUT/calls"');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const program = (name: string, body: string): void => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  const run = (by: string, name: string, ...words: readonly string[]): readonly string[] => {
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, OUT: folder, PYTHONPATH: folder };
    execFileSync(by, [join(docs, 'cluster', name), ...words], { env, cwd: folder, stdio: 'pipe' });
    return readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n').sort();
  };

  it('are all named in the page', () => {
    const page = readFileSync(join(docs, 'cluster.md'), 'utf8');
    for (const [, name] of page.matchAll(/\]\(cluster\/([^)]+)\)/g))
      assert.ok(existsSync(join(docs, 'cluster', name)), name);
  });

  it('parallel.sh does each part once', () => {
    // in place of GNU parallel: the words after its own, once for each line
    program('parallel', 'shift 2; while read -r i; do sh -c "$(echo "$*" | sed "s/{}/$i/g")"; done');
    assert.deepEqual(
      run('sh', 'parallel.sh', 'rates.yaml', '3'),
      [1, 2, 3].map((i) => `sweep rates.yaml --shard ${i}/3 --jobs 1`),
    );
  });

  it('ssh.sh does a part on each machine, in the same folder', () => {
    program('ssh', 'shift; sh -c "$1"');
    assert.deepEqual(run('sh', 'ssh.sh', 'rates.yaml', 'one', 'two'), [
      'status rates.yaml',
      'sweep rates.yaml --shard 1/2',
      'sweep rates.yaml --shard 2/2',
    ]);
  });

  it('ray.py does each part, and tries again what was stopped', function () {
    try {
      execFileSync('python3', ['--version'], { stdio: 'ignore' });
    } catch {
      // there is no Python here
      return this.skip();
    }
    program(
      'drumhead',
      'echo "$@" >> "$OUT/calls"; [ "$4" != 2/2 ] || [ -e "$OUT/stopped" ] || { touch "$OUT/stopped"; exit 130; }',
    );
    // in place of Ray: what is remote is called here, and again if it fails
    writeFileSync(
      join(folder, 'ray.py'),
      `def init(): pass
def get(all): return all
class Remote:
    def __init__(self, f): self.f = f
    def options(self, **_): return self
    def remote(self, *given):
        try: return self.f(*given)
        except RuntimeError: return self.f(*given)
def remote(**_): return Remote
`,
    );
    const source = text('ray.py');
    writeFileSync(join(folder, 'sweep.py'), source);
    execFileSync('python3', [join(folder, 'sweep.py'), 'rates.yaml', '2'], {
      env: { ...process.env, PATH: `${folder}:${process.env.PATH}`, OUT: folder },
      cwd: folder,
    });
    const calls = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
    assert.deepEqual(
      calls.map((call) => call.split(' ')[3]),
      ['1/2', '2/2', '2/2'],
    );
  });

  it('slurm.yaml has every option and nothing else', async () => {
    const read = decodeWith(slurmCodec, 'slurm.yaml')(await yaml('slurm.yaml'));
    assert.ok(E.isRight(read), JSON.stringify(read));
    assert.ok(Object.values(read.right).every((value) => value !== null));
    assert.deepEqual(Object.keys(Object(await yaml('slurm.yaml'))).sort(), Object.keys(read.right).sort());
  });

  it('kubernetes.yaml is an indexed job of as many parts as it says', async () => {
    const codec = t.type({
      apiVersion: t.literal('batch/v1'),
      kind: t.literal('Job'),
      spec: t.type({
        completions: t.number,
        completionMode: t.literal('Indexed'),
        template: t.type({
          spec: t.type({
            restartPolicy: t.literal('Never'),
            containers: t.tuple([t.type({ name: t.literal('part'), args: t.tuple([t.string]) })]),
          }),
        }),
      }),
    });
    const read = codec.decode(await yaml('kubernetes.yaml'));
    if (E.isLeft(read)) return assert.fail('it is not such a job');
    const { completions, template } = read.right.spec;
    const [command] = template.spec.containers[0].args;
    for (const index of [0, completions - 1]) {
      const words = execFileSync('sh', ['-c', command.replace('exec npx drumhead', 'echo')], {
        env: { JOB_COMPLETION_INDEX: String(index), PATH: process.env.PATH ?? '' },
        encoding: 'utf8',
      });
      assert.deepEqual(shardFlag(words.split(' ')[3]), E.right({ part: index + 1, of: completions }));
    }
  });
});
