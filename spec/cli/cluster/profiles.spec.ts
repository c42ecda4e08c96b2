/** Options of a cluster: a profile in the person's folder of settings, a file, and words of the command line. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { slurmOptions } from '../../../src/cli/commands/sweep-slurm.js';
import { refusal, rightOf } from '../../support/effects.js';

describe('options of a cluster', () => {
  const outside = process.env.XDG_CONFIG_HOME;
  let folder = '';
  let profiles = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-profiles-'));
    profiles = join(folder, 'drumhead', 'clusters');
    process.env.XDG_CONFIG_HOME = folder;
  });
  after(() => {
    if (outside === undefined) delete process.env.XDG_CONFIG_HOME;
    else process.env.XDG_CONFIG_HOME = outside;
    rmSync(folder, { recursive: true });
  });

  it('are those that Slurm has by itself where nobody wrote any', async () => {
    const found = await rightOf(slurmOptions({ slurm: true }));
    assert.deepEqual([found.partition, found.restarts, found.notice], [null, 30, 90]);
  });

  it('are those of the default profile, of a named one, or of a file', async () => {
    mkdirSync(profiles, { recursive: true });
    writeFileSync(join(profiles, 'default.yaml'), 'partition: usual\n');
    writeFileSync(join(profiles, 'big.json'), '{"partition": "gpu", "gres": "gpu:1"}');
    writeFileSync(join(folder, 'own.yaml'), 'partition: mine\n');
    const of = async (slurm: string | true): Promise<unknown> =>
      (await rightOf(slurmOptions({ slurm }))).partition;
    assert.deepEqual(
      [await of(true), await of('big'), await of(join(folder, 'own.yaml'))],
      ['usual', 'gpu', 'mine'],
    );
    const missing = await refusal(slurmOptions({ slurm: 'small' }));
    assert.match(missing, /there is no profile 'small': no .*drumhead.clusters.small\.json/);
  });

  it('give way to words of the command line, and what is no option of ours goes to sbatch behind those of the file', async () => {
    writeFileSync(join(profiles, 'lines.yaml'), 'time: 90\nmemory: 4G\nlines: [--exclusive]\n');
    const found = await rightOf(
      slurmOptions({ slurm: 'lines', sbatch: ['time=1:30:00', 'licenses=matlab', 'hold'] }),
    );
    assert.deepEqual([found.time, found.memory], ['1:30:00', '4G']);
    assert.deepEqual(found.lines, ['--exclusive', '--licenses=matlab', '--hold']);
    assert.match(await refusal(slurmOptions({ slurm: true, sbatch: ['=x'] })), /'=x' is neither name=value/);
    writeFileSync(join(profiles, 'wrong.yaml'), 'partitions: short\n');
    assert.match(await refusal(slurmOptions({ slurm: 'wrong' })), /partitions/);
  });
});
