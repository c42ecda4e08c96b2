import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../src/base/error.js';
import { list, listKinds } from '../../src/cli/commands/list.js';

const said = (words: readonly string[], flags = {}, room?: number): string => {
  const found = list(words, flags, room);
  assert.ok(E.isRight(found), JSON.stringify(found));
  return found.right;
};

describe('drumhead list', () => {
  it('has a line of description for everything there is, as JSON too', () => {
    const all: readonly { kind: string; name: string; about: string }[] = JSON.parse(
      said([], { json: true }),
    );
    assert.deepEqual([...new Set(all.map(({ kind }) => kind))], [...listKinds]);
    const plain = said([]);
    for (const { name, about } of all) {
      assert.ok(about.trim().length > 5, name);
      assert.ok(!about.includes('\n'), name);
      assert.ok(plain.includes(name));
    }
  });

  it('takes words and kinds', () => {
    assert.match(said(['kuramoto']), /^systems:\n {2}kuramoto/);
    assert.ok(said(['MNIST', 'unet']).split('\n').length > 3);
    assert.equal(said(['models']).split('\n')[0], 'models:');
    assert.ok(said([], { names: true }).split('\n').includes('tetrominoes/nwm-linear'));
    const none = list(['kuramto'], {});
    assert.ok(E.isLeft(none));
    assert.match(errorMessage(none.left), /did you mean 'kuramoto'/);
  });

  it('fits every width', () => {
    for (const room of [40, 80, 200])
      for (const line of said([], {}, room).split('\n')) assert.ok(line.length <= room, line);
  });
});
