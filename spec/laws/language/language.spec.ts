/** The laws of the language on random programs; `npm run laws:long` tries the same on many more. */

import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { compose } from '../../../src/compile/transform/index.js';
import {
  at,
  decodeProgram,
  dense,
  encodeProgram,
  hashProgram,
  inputsOf,
  layer,
  mul,
  outputsOf,
  type Program,
  ProgramFault,
  parameterOf,
  program,
  scale,
  scan,
  type Tensor,
  tanh,
} from '../../../src/dsl/index.js';
import type { Engine } from '../../../src/engine/index.js';
import {
  type GeneratedProgram,
  type ProgramOptions,
  programArbitrary,
} from '../../../src/laws/arbitraries/index.js';
import { run } from '../../compile/transform/differentiate.js';
import { generatedCase } from '../../compile/transform/generated.js';
import { opened } from '../../compile/transform/tape.js';
import * as language from './properties.js';

const holds = (
  property: (g: GeneratedProgram) => void,
  numRuns: number,
  options: ProgramOptions = {},
): void => fc.assert(fc.property(programArbitrary(options), property), { numRuns });

describe('laws of the language', () => {
  let engine: Engine;
  before(async () => {
    engine = await opened('cpu');
  });

  it('shapes are inferred as they are executed, at every node', () =>
    holds(language.hasItsShapes(engine), 60));

  it('a hash does not tell how a program was written', () =>
    holds(language.isOneHoweverWritten, 200, { exclude: ['scan', 'batchNorm'] }));

  it('cost counts the operations and parameters that an execution does', () =>
    holds(language.costsWhatIsCounted, 200, { exclude: ['fourier', 'spectrum', 'batchNorm', 'noise'] }));

  it('a light cone holds everything that is observed to matter', () =>
    holds(language.seesWhatMatters, 30, { exclude: ['noise'] }));
});

/** What a program may do to each output of the one before it, with layers of its own. */
const doings: Readonly<Record<string, (x: Tensor, name: string) => Tensor>> = {
  turn: (x) => tanh(x),
  halve: (x) => scale(0.5, x),
  pass: (x) => x,
  weigh: (x, name) => mul(parameterOf(layer('gain', name), 'weight', [], { init: { constant: 0.75 } }), x),
  repeat: (x) =>
    at(scan({ steps: 3, init: { x }, step: (s) => ({ x: scale(0.5, s.x) }), observe: (s) => s.x }), 1),
};

/** A program after another one: it takes some of its outputs, perhaps not all. */
const following = (p: Program, stage: string, kinds: readonly string[]): Program => {
  const shapes = Object.fromEntries(Object.entries(outputsOf(p.graph)).slice(0, kinds.length));
  return program(shapes, (given) => {
    const made = Object.values(given).map((x, i): readonly [string, Tensor] => {
      const name = `${stage}${i}`;
      return [name, doings[kinds[i]](x, name)];
    });
    return Object.fromEntries(made);
  });
};

const refused = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    if (error instanceof ProgramFault) return error.error.message;
    throw error;
  }
  return assert.fail('it was not refused');
};

describe('laws of the language: composition', () => {
  const kinds = fc.array(fc.constantFrom(...Object.keys(doings)), { minLength: 1, maxLength: 3 });
  const chain = fc.tuple(programArbitrary(), kinds, kinds).map(([g, second, third]) => {
    const f = following(g.program, 'second', second);
    return { g, f, h: following(f, 'third', third) };
  });

  it('is associative, to the same graph', () =>
    fc.assert(
      fc.property(chain, ({ g, f, h }) => {
        const left = compose(compose(g.program, f), h);
        assert.deepEqual(left, compose(g.program, compose(f, h)));
        assert.equal(hashProgram(left), hashProgram(compose(g.program, compose(f, h))));
      }),
      { numRuns: 50 },
    ));

  it('computes one program after the other, and can be written down', () =>
    fc.assert(
      fc.property(chain, ({ g, f }) => {
        const both = compose(g.program, f);
        assert.ok(E.isRight(decodeProgram(JSON.parse(encodeProgram(both)))));
        const c = generatedCase({ ...g, program: both });
        const between = run(generatedCase(g));
        const inputs = Object.fromEntries(
          Object.keys(inputsOf(f.graph)).map((name) => [name, between[name]]),
        );
        assert.deepEqual(run(c), run({ ...c, program: f, inputs }));
      }),
      { numRuns: 25 },
    ));

  it('refuses what does not fit, and says why', () => {
    const soft = program({ x: [4] }, ({ x }) => ({ y: tanh(x) }));
    const other = program({ z: [4] }, ({ z }) => ({ y: tanh(z) }));
    const wide = program({ y: [5] }, ({ y }) => ({ y }));
    const layered = program({ y: [4] }, ({ y }) => ({ y: dense(4)(y) }));
    assert.match(
      refused(() => compose(soft, other)),
      /takes 'z', which the first does not give; it gives y/,
    );
    assert.match(
      refused(() => compose(soft, wide)),
      /'y' is given as \[4\] and taken as \[5\]/,
    );
    assert.match(
      refused(() => compose(layered, layered)),
      /both programs have a 'dense1\/weight'/,
    );
  });
});
