/** drumhead as a library: packed, unpacked into an empty project, typed and run as its user would. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const source = `
import { pipe } from 'fp-ts/lib/function.js';
import {
  conv, hashProgram, nwm, program, type Program, relu, runReference, ndarray, initialParameters, parameterArrays,
} from 'drumhead';
import { summaryOf } from 'drumhead/analysis';
import { cost, diagram } from 'drumhead/compile';
import { modelNames, type Task } from 'drumhead/experiments';
import { allLaws } from 'drumhead/laws';
import { cornnLayer } from 'drumhead/networks';

const size = ({ name }: Task): number => name.length;
void size;
const blur = program({ image: [4, 4, 1] }, ({ image }) => ({ soft: pipe(image, conv(2), relu) }));
const typed: Program<{ readonly image: readonly [4, 4, 1] }, { readonly soft: readonly [4, 4, 2] }> = blur;

const { outputs } = runReference(typed, {
  parameters: parameterArrays(typed, initialParameters(typed.graph, 0)),
  inputs: { image: ndarray([1, 4, 4, 1], Float64Array.from({ length: 16 }, (_, i) => i)) },
  batch: 1,
});
const wave = nwm({
  height: 64, width: 64, input: 3, mid: 16, channels: 2, steps: 100, dt: 0.1, readout: 'linear',
  hidden: [256, 256, 256], classes: 6,
});
console.log(JSON.stringify({
  shape: outputs['soft']?.shape,
  parameters: cost(wave, { batch: 1 }).parameters,
  hash: hashProgram(wave).length,
  diagram: diagram(wave).startsWith('flowchart'),
  entries: [typeof summaryOf, modelNames.includes('nwm'), allLaws.length > 30, typeof cornnLayer],
}));
`;

const run = (command: string, args: readonly string[], cwd: string): string => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  assert.equal(status, 0, `${command} ${args.join(' ')}\n${stdout}\n${stderr}`);
  return stdout;
};

describe('the package', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-package-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('packed and installed into an empty project gives typed imports that run under plain Node', () => {
    // What npm test built is packed as it is; what it depends on is linked, since installing needs no proof.
    run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], root);
    const [archive] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    run('tar', ['xzf', archive], folder);
    // The modules and the declarations of what is public: no maps, no sources, nothing of earlier builds, no pictures
    // that a person put beside the example, as README says.
    const packed = readdirSync(join(folder, 'package'), { recursive: true, encoding: 'utf8' }).filter(
      (name) => statSync(join(folder, 'package', name)).isFile(),
    );
    assert.ok(packed.length < 1200, `${packed.length} files`);
    assert.deepEqual(
      packed.filter((file) => /\.map$|^src|my-images/.test(file)),
      [],
    );
    const modules = join(folder, 'project', 'node_modules');
    mkdirSync(modules, { recursive: true });
    for (const name of readdirSync(join(root, 'node_modules')))
      if (!name.startsWith('.') && name !== 'drumhead')
        symlinkSync(join(root, 'node_modules', name), join(modules, name));
    symlinkSync(join(folder, 'package'), join(modules, 'drumhead'));
    // The package's own imports are looked up from where it really lies.
    symlinkSync(modules, join(folder, 'package', 'node_modules'));

    const project = join(folder, 'project');
    writeFileSync(join(project, 'package.json'), '{"type": "module"}');
    writeFileSync(join(project, 'use.ts'), source);
    const tsc = createRequire(import.meta.url)
      .resolve('typescript/package.json')
      .replace('package.json', 'bin/tsc');
    // TensorFlow.js's own declarations clash with the compiler's newer DOM library; that is theirs to mend.
    const options = [
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--types',
      'node',
    ];
    run(process.execPath, [tsc, ...options, 'use.ts'], project);
    const said: unknown = JSON.parse(run(process.execPath, ['use.js'], project));
    assert.deepEqual(said, {
      shape: [1, 4, 4, 2],
      parameters: 176_124,
      hash: 64,
      diagram: true,
      entries: ['function', true, true, 'function'],
    });
    assert.match(
      run(process.execPath, ['node_modules/drumhead/bin/drumhead.js', '--version'], project),
      /^\d+\.\d+/,
    );
    // The published figures are data that the package carries beside its modules.
    const table = ['table', 'paper/mnist', '--runs', 'none', '--format', 'csv'];
    assert.match(
      run(process.execPath, ['node_modules/drumhead/bin/drumhead.js', ...table], project),
      /^mnist\/nwm-linear,foregroundIou,.*,0\.85,/m,
    );
  });
});
