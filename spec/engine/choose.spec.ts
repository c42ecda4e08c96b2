/** Which engine runs, from stubbed availability. */

import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../src/base/error.js';
import {
  type Availability,
  autoOrder,
  chooseEngine,
  EngineChoice,
  engineNames,
  parseEngineChoice,
  type Usable,
} from '../../src/engine/index.js';

const yes: Usable = { usable: true };
const no = (reason: string): Usable => ({ usable: false, reason });
const all: Availability = { tensorflow: yes, native: yes, wasm: yes, cpu: yes };
const nameOf = (choice: EngineChoice, availability: Availability): string | undefined => {
  const chosen = chooseEngine(choice, availability);
  return E.isRight(chosen) ? chosen.right.name : undefined;
};

describe('the choice of an engine', () => {
  it('auto takes the GPU engine where it answers', () => {
    assert.equal(nameOf('auto', all), 'tensorflow');
  });

  it('auto takes native code where no GPU engine answers, and says why', () => {
    assert.deepEqual(
      chooseEngine('auto', { ...all, tensorflow: no('it is not installed') }),
      E.right({ name: 'native', why: 'auto: native code is there; not tensorflow: it is not installed' }),
    );
  });

  it('auto takes wasm where there is no native code, and says why', () => {
    assert.deepEqual(
      chooseEngine('auto', { ...all, tensorflow: no('it is not installed'), native: no('no binary') }),
      E.right({
        name: 'wasm',
        why: 'auto: WebAssembly is there; not tensorflow: it is not installed; not native: no binary',
      }),
    );
  });

  it('auto falls back to plain JavaScript', () => {
    assert.equal(nameOf('auto', { tensorflow: no('a'), native: no('n'), wasm: no('b'), cpu: yes }), 'cpu');
  });

  it('auto says every reason when nothing can run', () => {
    const chosen = chooseEngine('auto', {
      tensorflow: no('reason one'),
      native: no('reason native'),
      wasm: no('reason two'),
      cpu: no('three'),
    });
    assert.ok(E.isLeft(chosen));
    assert.match(errorMessage(chosen.left), /reason one.*reason two.*three/);
  });

  it('an engine asked for by name is that one or an error that says why', () => {
    const usable = fc.oneof(fc.constant(yes), fc.string().map(no));
    const availability = fc.record({ tensorflow: usable, native: usable, wasm: usable, cpu: usable });
    fc.assert(
      fc.property(fc.constantFrom(...engineNames), availability, (name, found) => {
        const chosen = chooseEngine(name, found);
        const at = found[name];
        if (at.usable) assert.deepEqual(chosen, E.right({ name, why: 'asked for by name' }));
        else assert.deepEqual(chosen, E.left({ _tag: 'EngineError', engine: name, message: at.reason }));
      }),
    );
  });

  it('auto never takes an engine that is not there, and always the first in its order that is', () => {
    const usable = fc.boolean().map((there) => (there ? yes : no('not there')));
    const availability = fc.record({ tensorflow: usable, native: usable, wasm: usable, cpu: usable });
    fc.assert(
      fc.property(availability, (found) => {
        assert.equal(
          nameOf('auto', found),
          autoOrder.find((name) => found[name].usable),
        );
      }),
    );
  });
});

describe('the codec of a choice', () => {
  it('takes every engine and auto', () => {
    for (const name of ['auto', ...engineNames]) assert.ok(E.isRight(EngineChoice.decode(name)));
  });

  it('refuses others, and a misspelt one gets a hint', () => {
    const parsed = parseEngineChoice('wasn');
    assert.ok(E.isLeft(parsed));
    assert.match(
      errorMessage(parsed.left),
      /unknown engine 'wasn'; did you mean 'wasm'\? Known: auto, native, wasm, cpu, tensorflow/,
    );
    for (const other of [undefined, 1, 'toString', '']) assert.ok(E.isLeft(EngineChoice.decode(other)));
  });
});
