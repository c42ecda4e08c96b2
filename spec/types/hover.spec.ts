/** What an editor shows of the programs of README and of the publication: the shapes that its comments name, and no more. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './compiler.js';
import { hovered } from './language-server.js';

interface Shown {
  readonly page: string;
  /** The program of the page. */
  readonly name: string;
  readonly tensors: Readonly<Record<string, string>>;
}

const pages: readonly Shown[] = [
  { page: 'README.md', name: 'drum', tensors: { waves: 'Tensor<readonly [100, 32, 32, 1]>' } },
  {
    page: 'docs/publication.md',
    name: 'waveMachine',
    tensors: {
      omega: 'Tensor<readonly [64, 64, 2]>',
      waves: 'Tensor<readonly [100, 64, 64, 2]>',
      logits: 'Tensor<readonly [64, 64, 6]>',
    },
  },
];

for (const { page, name, tensors } of pages)
  describe(`hovering over the program of ${page}`, () => {
    const text = readFileSync(join(root, page), 'utf8');
    const [, source = ''] = /^```ts(?: twoslash)?\n(import [\s\S]*?)^```$/m.exec(text) ?? [];
    let shown: Readonly<Record<string, string>> = {};
    before(async () => {
      shown = await hovered(source, [name, ...Object.keys(tensors)]);
    });

    it('shows of each value the shape that its comment says', () => {
      for (const [value, type] of Object.entries(tensors)) {
        assert.equal(shown[value], `const ${value}: ${type}`);
        assert.ok(source.includes(`// ${type}`), type);
      }
    });

    it('shows of the program the type that the page says', () => {
      const [, type = ''] =
        new RegExp(`\`${name}\` is a value of type \`(Program<[^\`]+>)\``).exec(text) ?? [];
      assert.equal(shown[name], `const ${name}: ${type.replaceAll(/\s+/g, ' ')}`);
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
