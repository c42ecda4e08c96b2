import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type NdArray, ndarray } from '../../src/compile/reference/index.js';
import { parametersOf } from '../../src/dsl/index.js';
import { type CaseReport, renderParity, runParity } from '../../src/runner/parity/index.js';
import { zooModels } from '../../src/runner/parity/zoo/cases/index.js';
import { right, sentence } from '../support/either.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const small = join(root, 'fixtures', 'networks');
const shared = join(root, '..', 'shared', 'parity-zoo');
const hasAll = existsSync(join(shared, 'manifest.json'));
const folder = hasAll ? shared : small;

const listed: readonly { readonly name: string; readonly model: string }[] = JSON.parse(
  readFileSync(join(folder, 'manifest.json'), 'utf8'),
).cases;

interface Manifest {
  name: string;
  model: string;
  hyper: Record<string, unknown>;
  formula: readonly string[];
  readonly arrays: Record<string, Record<string, unknown>>;
  readonly loss: object;
  readonly tolerance: object;
}

describe(`published networks (${hasAll ? 'all cases of the parity zoo' : 'the few cases in this repository'})`, () => {
  it('give the numbers of their authors, in float64, op by op and fused', async function () {
    this.timeout(120_000);
    const told: string[] = [];
    const report = right(await runParity(folder, { engine: 'wasm', tell: ({ name }) => told.push(name) })());
    assert.deepEqual(
      told,
      listed.map(({ name }) => name),
    );
    for (const { name, status, worst } of report.cases) {
      assert.equal(status, 'pass', `${name}\n${renderParity(report)}`);
      const kinds: readonly string[] = worst.map(({ kind }) => kind);
      // cv-RNN learns nothing: it has no gradients
      const learns = !listed.some((one) => one.name === name && one.model === 'cv-rnn');
      for (const how of ['float64', 'op by op'])
        for (const what of learns ? ['outputs', 'gradients'] : ['outputs'])
          assert.ok(kinds.includes(`${how} ${what}`), `${name}: ${how} ${what}`);
    }
    assert.ok(report.cases.length >= (hasAll ? 34 : 3));
  });

  it('that fused kernels do not compute say so', async () => {
    const report = right(await runParity(small, { engine: 'wasm' })());
    for (const { worst, why } of report.cases)
      assert.equal(
        worst.some(({ kind }) => kind === 'fused outputs'),
        // a person who turns fused kernels off in the environment has them off here too, and no reason is asked for
        report.engine.fused && why === undefined,
      );
    const opByOp = right(await runParity(small, { engine: 'wasm', fused: false })());
    for (const { worst, why } of opByOp.cases) {
      assert.ok(!worst.some(({ kind }) => kind.startsWith('fused')));
      assert.equal(why, undefined);
    }
  });

  it('are computed in float64 by the reference, whatever the engine, and the text says so', async () => {
    const on = async (engine: 'wasm' | 'cpu'): Promise<CaseReport['worst']> => {
      const report = right(await runParity(small, { engine, case: 'cornn_smnist', fused: false })());
      assert.match(
        renderParity(report),
        new RegExp(`^float64 is computed by the reference, whatever the engine; all else by ${engine}$`, 'm'),
      );
      return report.cases[0].worst;
    };
    const found = [await on('wasm'), await on('cpu')];
    const [one, other] = found.map((worst) => worst.filter(({ kind }) => kind.startsWith('float64')));
    assert.equal(one.length, 2);
    assert.deepEqual(one, other);
    assert.notDeepEqual(found[0], found[1]);
  });

  describe('with a case that was changed', () => {
    let copy: string;
    beforeEach(() => {
      copy = mkdtempSync(join(tmpdir(), 'drumhead-zoo-'));
      cpSync(small, copy, { recursive: true });
    });
    afterEach(() => rmSync(copy, { recursive: true }));

    const file = (name: string): string => join(copy, name, 'manifest.json');
    const change = (name: string, edit: (manifest: Manifest) => void): void => {
      const manifest: Manifest = JSON.parse(readFileSync(file(name), 'utf8'));
      edit(manifest);
      writeFileSync(file(name), JSON.stringify(manifest));
    };
    const options = (name: string) => ({ engine: 'wasm', case: name }) as const;
    const run = async (name: string): Promise<CaseReport> =>
      right(await runParity(copy, options(name))()).cases[0];
    const problem = async (name: string): Promise<string> => sentence(await runParity(copy, options(name))());

    /** Adds to one number of a float64 or float32 array, after its header of 128 bytes. */
    const nudge = (path: string, by: number): void => {
      const bytes = readFileSync(join(copy, path));
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      if (path.includes('64')) view.setFloat64(128, view.getFloat64(128, true) + by, true);
      else view.setFloat32(128, view.getFloat32(128, true) + by, true);
      writeFileSync(join(copy, path), bytes);
    };

    it('reads them by model and settings, whatever they are called', async () => {
      const manifest = readFileSync(join(copy, 'manifest.json'), 'utf8');
      writeFileSync(join(copy, 'manifest.json'), manifest.replace('"cornn_smnist"', '"other"'));
      change('cornn_smnist', (m) => {
        m.name = 'other';
      });
      assert.equal((await run('other')).status, 'pass');
    });

    it('holds for settings that nobody gave, computed step by step: forward, and gradients as differences', async () => {
      const subject = 'cornn_smnist';
      const at = (path: string): string => join(copy, subject, `${path}.npy`);
      const read = (path: string): number[] => {
        const bytes = readFileSync(at(path));
        return Array.from({ length: (bytes.length - 128) / 4 }, (_, i) => bytes.readFloatLE(128 + 4 * i));
      };
      const write = (path: string, values: readonly number[]): void => {
        const bytes = readFileSync(at(path));
        assert.equal((bytes.length - 128) / 8, values.length, path);
        values.forEach((one, i) => {
          bytes.writeDoubleLE(one, 128 + 8 * i);
        });
        writeFileSync(at(path), bytes);
      };
      const [steps, batch, units, answers] = [12, 2, 6, 4];
      const [dt, gamma, epsilon] = [0.11, 1.3, 2.1];
      const names = ['cell.i2h.weight', 'cell.i2h.bias', 'readout.weight', 'readout.bias'].map(
        (one) => `param/${one}`,
      );
      const given: Record<string, number[]> = Object.fromEntries(
        [...names, 'input/x', 'input/target'].map((name) => [name, read(name)]),
      );
      const [weight, bias, out, shift, x, target] = Object.values(given);
      const forward = () => {
        const states: Record<'y' | 'z', number[]> = { y: [], z: [] };
        let [y, z] = [0, 1].map(() => new Array<number>(batch * units).fill(0));
        for (let t = 0; t < steps; t++) {
          const [before, fast] = [y, z];
          z = before.map((old, k) => {
            const [b, i] = [Math.floor(k / units), k % units];
            const heard = [
              x[t * batch + b],
              ...fast.slice(b * units, (b + 1) * units),
              ...before.slice(b * units, (b + 1) * units),
            ];
            const sum = heard.reduce((all, one, j) => all + weight[i * heard.length + j] * one, bias[i]);
            return fast[k] + dt * (Math.tanh(sum) - gamma * old - epsilon * fast[k]);
          });
          y = before.map((old, k) => old + dt * z[k]);
          states.y.push(...y);
          states.z.push(...z);
        }
        const output = Array.from({ length: batch * answers }, (_, k) => {
          const [b, o] = [Math.floor(k / answers), k % answers];
          return y
            .slice(b * units, (b + 1) * units)
            .reduce((all, one, i) => all + out[o * units + i] * one, shift[o]);
        });
        const loss = output.reduce((all, one, k) => all + (one - target[k]) ** 2, 0) / output.length;
        return { states, output, loss };
      };
      const { states, output, loss } = forward();
      write('output64/y_all', states.y);
      write('output64/z_all', states.z);
      write('output64/output', output);
      for (const name of [...names, 'input/x']) {
        const values = given[name];
        const slopes = values.map((was, i) => {
          const [above, below] = [1e-5, -1e-5].map((by) => {
            values[i] = was + by;
            return forward().loss;
          });
          values[i] = was;
          return (above - below) / 2e-5;
        });
        write(`grad64/${name}`, slopes);
      }
      change(subject, (m) => {
        Object.assign(m.hyper, { dt, gamma, epsilon });
        Object.assign(m.loss, { float64: loss, float32: loss });
        // Differences have some nine digits.
        Object.assign(m.tolerance, { grad_float64: 1e-7 });
      });
      const found = await run(subject);
      assert.equal(found.status, 'pass', JSON.stringify(found).slice(0, 600));
      change(subject, (m) => {
        m.hyper.dt = 0.1101;
      });
      assert.equal((await run(subject)).status, 'fail');
    });

    it('refuses a model or a setting that is not known, and says which', async () => {
      change('cornn_smnist', (m) => {
        m.hyper.wobble = 3;
      });
      const unknown = await run('cornn_smnist');
      assert.equal(unknown.status, 'unsupported');
      assert.match(unknown.why ?? '', /wobble/);
      change('linoss_imex', (m) => {
        m.hyper.discretisation = 'leapfrog';
      });
      assert.match((await run('linoss_imex')).why ?? '', /discretisation.*leapfrog.*'im', 'imex'/);
      change('graphcon_gcn_v1', (m) => {
        m.model = 'graphcon-2';
      });
      assert.match((await run('graphcon_gcn_v1')).why ?? '', /the model 'graphcon-2' is not known/);
    });

    it('refuses a formula that has another residual', async () => {
      change('graphcon_gcn_v1', (m) => {
        m.formula = m.formula.filter((line) => !line.startsWith('R(X)'));
      });
      assert.match((await run('graphcon_gcn_v1')).why ?? '', /R\(X\)/);
    });

    it('fails where one number is another', async () => {
      nudge('linoss_imex/output64/output.npy', 1e-6);
      const outputs = await run('linoss_imex');
      assert.deepEqual(
        outputs.failures.map(({ kind, at }) => `${kind} ${at}`),
        ['float64 outputs output'],
      );
      nudge('cornn_smnist/grad64/param/readout.bias.npy', 1e-2);
      const gradients = await run('cornn_smnist');
      assert.deepEqual([...new Set(gradients.failures.map(({ at }) => at))], ['param/readout.bias']);
      nudge('graphcon_gcn_v1/param/enc.weight.npy', 0.1);
      assert.equal((await run('graphcon_gcn_v1')).status, 'fail');
    });

    it('refuses arrays of other shapes, that are missing, or that nothing reads', async () => {
      change('cornn_smnist', (m) => {
        m.hyper.n = 7;
      });
      assert.match(await problem('cornn_smnist'), /cell\.i2h\.weight/);
      change('linoss_imex', (m) => {
        m.arrays.output64.unheard = m.arrays.output64.output;
      });
      assert.match(await problem('linoss_imex'), /output64\/unheard is not understood/);
      rmSync(join(copy, 'graphcon_gcn_v1/input/x.npy'));
      assert.match(await problem('graphcon_gcn_v1'), /x\.npy/);
      change('graphcon_gcn_v1', (m) => {
        delete m.arrays.input.x;
      });
      assert.match(await problem('graphcon_gcn_v1'), /input 'x' is missing/);
    });
  });

  it('take the rows of perceptrons from their arrays, with learned or plain sensitivity, normed or not', () => {
    const given = (rows: number): NdArray => ndarray([3 * rows], new Float64Array(3 * rows));
    const shapesOf = (
      hyper: Readonly<Record<string, unknown>>,
    ): Readonly<Record<string, readonly number[]>> => {
      const written = right(
        zooModels.wonn({
          name: 'any',
          model: 'wonn',
          source: 'any',
          hyper: { B: 2, C: 3, C_in: 2, H: 4, W: 5, T: 2, gamma: 0.5, kernel: 3, group_size: 1, ...hyper },
          formula: [],
          loss: null,
          gradient_zero_up_to_rounding: undefined,
          tolerance: {
            output_float64: 1e-11,
            grad_float64: undefined,
            output_float32: undefined,
            grad_float32: undefined,
            phases_float32_with_rescaling: undefined,
          },
          arrays: {
            input: {},
            param: { 'layer.I.net.0.weight': given(7), 'layer.S.net.0.weight': given(5) },
            output64: {},
            grad64: {},
          },
        }),
      );
      return Object.fromEntries(parametersOf(written.program.graph).map(({ name, shape }) => [name, shape]));
    };
    const learned = shapesOf({ norm: 'none', si: 'mlp', hidden_ratio: 3 });
    assert.deepEqual(learned['influence1/patch'], [3, 7, 2, 1, 1]);
    assert.deepEqual(learned['sensitivity/patch'], [3, 5, 2, 1, 1]);
    assert.ok(!('groupNorm1/scale' in learned));
    const plain = shapesOf({ norm: 'gn', si: 'trig', hidden_ratio: 3 });
    assert.deepEqual(plain['influence1/patch'], [3, 7, 1, 1, 1]);
    assert.ok('groupNorm1/scale' in plain && !('sensitivity/patch' in plain));
  });
});
