import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import {
  byName,
  choice,
  decodeWith,
  real,
  record,
  text,
  where,
  whole,
  withDefault,
} from '../../src/base/codec.js';
import { right, sentence } from '../support/either.js';

const ring = where(
  record('ring', {
    inner: withDefault(whole(0, 9), 1),
    outer: withDefault(real(0, 10), 2),
    edge: withDefault(choice('sharp', 'soft'), 'sharp'),
  }),
  ({ inner, outer }) => (inner > outer ? `inner ${inner} is more than outer ${outer}` : null),
);
const decode = decodeWith(ring, 'ring');

describe('codecs of options', () => {
  it('fill in defaults, and give a complete value back as it is', () => {
    assert.deepEqual(right(decode({})), { inner: 1, outer: 2, edge: 'sharp' });
    fc.assert(
      fc.property(fc.nat(4), fc.double({ min: 4, max: 10, noNaN: true }), (inner, outer) => {
        const given = { inner, outer, edge: 'soft' };
        assert.deepEqual(ring.encode(right(decode(given))), given);
      }),
    );
  });

  it('refuse a field that does not exist, with its path and the nearest that does', () => {
    const nested = decodeWith(record('picture', { ring }), 'picture');
    assert.equal(
      sentence(nested({ ring: { iner: 3 } })),
      "picture: ring.iner: there is no such field; did you mean 'inner'? Known: inner, outer, edge",
    );
    assert.equal(
      sentence(nested({ ring: {}, colour: 1 })),
      'picture: colour: there is no such field. Known: ring',
    );
  });

  it('report every problem, each with its path', () => {
    const error = decode({ inner: 1.5, outer: 'wide', edge: 'blurred', width: 1 });
    assert.ok(E.isLeft(error) && error.left._tag === 'DecodeError');
    assert.deepEqual(error.left.problems, [
      'width: there is no such field. Known: inner, outer, edge',
      'inner: 1.5 is not a whole number from 0 to 9',
      'outer: "wide" is not a number from 0 to 10',
      "edge: \"blurred\" is not one of 'sharp', 'soft'",
    ]);
  });

  it('say of a misspelt name what is wrong with its other fields too', () => {
    const shape = byName('shape', {
      circle: record('circle', { name: choice('circle'), radius: withDefault(real(0, 1), 1) }),
      square: record('square', { name: choice('square'), side: withDefault(real(0, 1), 1) }),
    });
    const said = (u: unknown): string => sentence(decodeWith(shape, 'shape')(u));
    const unknown = "name: unknown shape 'circel'; did you mean 'circle'? Known: circle, square";
    assert.equal(said({ name: 'circel' }), `shape: ${unknown}`);
    assert.equal(
      said({ name: 'circel', radius: 2, side: 1 }),
      `shape: 3 problems\n  - ${unknown}\n` +
        '  - side: there is no such field. Known: name, radius\n  - radius: 2 is not a number from 0 to 1',
    );
    // Where nothing is near nobody knows what was meant.
    assert.equal(
      said({ name: 'heptagon', radius: 2 }),
      "shape: name: unknown shape 'heptagon'. Known: circle, square",
    );
  });

  it('say what has no name with the article of its kind', () => {
    const of = (kind: string) => byName(kind, { x: record('x', { name: choice('x') }) });
    assert.equal(
      sentence(decodeWith(of('optimiser'), 'it')({})),
      'it: name: an optimiser needs a name. Known: x',
    );
    assert.equal(sentence(decodeWith(of('model'), 'it')({})), 'it: name: a model needs a name. Known: x');
    assert.equal(sentence(decodeWith(of('optimiser'), 'it')(1)), 'it: an optimiser is an object with a name');
  });

  it('check what must hold between fields', () => {
    assert.equal(sentence(decode({ inner: 3 })), 'ring: inner 3 is more than outer 2');
    assert.ok(!ring.is({ inner: 3, outer: 2, edge: 'soft' }));
  });

  it('show what they found in a few words, whatever it is', () => {
    const said = (u: unknown): string => sentence(decodeWith(text, 'name')(u));
    const itself: unknown[] = [];
    itself.push(itself);
    assert.equal(said(itself), 'name: this value is not a text');
    assert.equal(said(10n), 'name: 10n is not a text');
    assert.ok(said(Array.from({ length: 1000 }, () => 'long')).length < 120);
  });

  it('refuse what is not an object, and numbers that are none', () => {
    for (const wrong of [null, 3, 'x', undefined]) assert.match(sentence(decode(wrong)), /is not an object/);
    assert.match(sentence(decode({ outer: Number.NaN })), /outer: NaN is not a number/);
    assert.match(sentence(decodeWith(text, 'name')('')), /name: "" is not a text/);
    assert.match(sentence(decodeWith(t.array(t.string), 'names')(['a', 1])), /names: 1: 1 is not text/);
  });
});
