/** Type-checking stays cheap: what one more model costs, in type instantiations, which do not depend on the machine. */

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { check, root } from './compiler.js';

const cache = join(root, '.cache', 'types');
const source = relative(cache, join(root, 'src')).replaceAll('\\', '/');

const calls = (count: number): string =>
  Array.from({ length: count }, (_, i) => {
    const [h, w, t] = [32 + i, 41 + 2 * i, 50 + i];
    return [
      `export const m${i} = nwm({ height: ${h}, width: ${w}, input: 3, mid: 16, channels: ${1 + (i % 7)}, steps: ${t},`,
      `  dt: 0.1, readout: 'linear', hidden: [256, 256, 256], classes: ${2 + (i % 9)} });`,
    ].join('\n');
  }).join('\n');

const written = (count: number): string =>
  Array.from(
    { length: count },
    (_, i) => `export const w${i} = program({ image: [${33 + i}, ${64 + i}, 3] }, ({ image }) => {
  const y = pipe(image, conv(8, { stride: 2 }), relu, maxPool(2), conv(16), upsample(2), conv(${2 + (i % 5)}));
  const waves = scan({ steps: ${20 + i}, init: { y, z: tanh(y) },
    step: oscillator({ dt: 0.1, coupling: coupling() }), observe: (s) => s.y });
  return { waves, heard: pipe(waves, spectrum, timeToChannels, dense(6)) };
});`,
  ).join('\n');

const instantiations = (name: string, lines: string): number => {
  mkdirSync(cache, { recursive: true });
  writeFileSync(
    join(cache, `${name}.ts`),
    `import { pipe } from 'fp-ts/lib/function.js';
import { conv, coupling, dense, maxPool, oscillator, program, relu, scan, spectrum, tanh, timeToChannels, upsample } from '${source}/dsl/index.js';
import { nwm } from '${source}/models/nwm.js';
${lines}
`,
  );
  writeFileSync(
    join(cache, `${name}.json`),
    JSON.stringify({
      extends: '../../tsconfig.json',
      compilerOptions: { types: ['node'] },
      include: [`${name}.ts`],
      exclude: [],
    }),
  );
  const output = check(join(cache, `${name}.json`), '--extendedDiagnostics');
  assert.ok(!output.includes('error TS'), output.slice(0, 2000));
  const counted = /^Instantiations:\s+(\d+)/m.exec(output);
  assert.ok(counted !== null, output);
  return Number(counted[1]);
};

describe('types: budget', () => {
  it('200 calls of a model and 100 models written in place cost little each', () => {
    const none = instantiations('none', '');
    const models = instantiations('models', `${calls(200)}\n${written(100)}`);
    // Measured: 4,900 for two calls and a model in place. A rule that blew up would cost hundreds of times that.
    const each = (models - none) / 100;
    assert.ok(each < 10_000, `${each} instantiations for two calls and a model`);
  });

  it('the whole project costs at most half as much again as before the language reached every wave network', () => {
    const output = check('tsconfig.json', '--extendedDiagnostics', '--singleThreaded');
    const count = Number(/^Instantiations:\s+(\d+)/m.exec(output)?.[1]);
    // 715,115 then.
    assert.ok(count <= 1.5 * 715_115, `${count} instantiations`);
  });
});
