/** What an editor shows of the program in README: the shapes that its comments name, and no more. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './compiler.js';
import { hovered } from './language-server.js';

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const [, source = ''] = /^```ts\n(import \{ pipe \}[\s\S]*?)^```$/m.exec(readme) ?? [];

describe('hovering over the program of README', () => {
  const tensors = {
    omega: 'Tensor<readonly [64, 64, 2]>',
    waves: 'Tensor<readonly [100, 64, 64, 2]>',
    logits: 'Tensor<readonly [64, 64, 6]>',
  };
  let shown: Readonly<Record<string, string>> = {};
  before(async () => {
    shown = await hovered(source, ['waveMachine', ...Object.keys(tensors)]);
  });

  it('shows of each value the shape that its comment says', () => {
    for (const [name, type] of Object.entries(tensors)) {
      assert.equal(shown[name], `const ${name}: ${type}`);
      assert.ok(source.includes(`// ${type}`), type);
    }
  });

  it('shows of the program the type that README says', () => {
    const [, type = ''] = /`waveMachine` is a value of type `(Program<[^`]+>)`/.exec(readme) ?? [];
    assert.equal(shown.waveMachine, `const waveMachine: ${type.replaceAll(/\s+/g, ' ')}`);
  });
});

describe('hovering over a program on another grid', () => {
  const source = `import { conv, program, resize } from 'drumhead';
const small = program({ image: [8, 8, 3] }, ({ image }) => ({ y: conv(4)(image) }));
const large = resize(small, { inputs: { image: [32, 32, 3] } });
const checked = resize(small, { inputs: { image: [32, 32, 3] }, outputs: { y: [32, 32, 4] } });
`;

  it('shows its shapes, not how they are worked out', async () => {
    const shown = await hovered(source, ['large', 'checked']);
    const given = '{ readonly image: readonly [32, 32, 3]; }';
    assert.equal(
      shown.large,
      `const large: Program<${given}, { readonly y: readonly [number, number, number]; }>`,
    );
    assert.equal(shown.checked, `const checked: Program<${given}, { readonly y: readonly [32, 32, 4]; }>`);
  });
});
