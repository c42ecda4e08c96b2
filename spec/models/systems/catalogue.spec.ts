import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { errorMessage } from '../../../src/base/error.js';
import { inputsOf, outputsOf, volume } from '../../../src/dsl/index.js';
import {
  buildSystem,
  latticeOf,
  type SystemSpec,
  startOf,
  systemCodec,
  systemNamed,
  systemNames,
  viewOf,
} from '../../../src/models/systems/index.js';
import { right } from '../../support/either.js';

const sized = (spec: SystemSpec, height: number, width: number, steps: number): SystemSpec => ({
  ...spec,
  steps,
  ...('length' in spec ? { length: width } : { height, width }),
  ...('reach' in spec ? { reach: 2 } : {}),
});

describe('catalogue of systems', () => {
  it('builds each at any size, with a start for every input and a sequence for every field', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...systemNames),
        fc.integer({ min: 2, max: 9 }),
        fc.integer({ min: 2, max: 9 }),
        fc.integer({ min: 1, max: 5 }),
        fc.nat(9),
        (name, height, width, steps, seed) => {
          const spec = sized(right(systemNamed(name)), height, width, steps);
          const { graph } = right(buildSystem(spec));
          const [inputs, outputs] = [inputsOf(graph), outputsOf(graph)];
          const start = startOf(spec, seed);
          assert.deepEqual(Object.keys(start).sort(), Object.keys(inputs).sort());
          for (const [input, shape] of Object.entries(inputs)) {
            assert.equal(start[input].length, volume(shape), input);
            assert.ok(start[input].every(Number.isFinite));
          }
          for (const [field, shape] of Object.entries(outputs))
            assert.deepEqual(shape, [steps, ...inputs[field]]);
          assert.ok(viewOf(spec).field in outputs);
          const { height: rows, width: columns } = latticeOf(spec);
          assert.equal(volume(inputs[viewOf(spec).field]) % (rows * columns), 0);
          assert.deepEqual(startOf(spec, seed), start);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('has specs that its codec writes and reads', () => {
    for (const name of systemNames) {
      const spec = right(systemNamed(name));
      assert.deepEqual(right(systemCodec.decode(JSON.parse(JSON.stringify(systemCodec.encode(spec))))), spec);
    }
  });

  const said = (name: string, settings: Readonly<Record<string, unknown>> = {}): string =>
    pipe(
      systemNamed(name, settings),
      E.match(errorMessage, () => 'fine'),
    );

  it('refuses what does not exist, with what is near', () => {
    assert.match(said('kuramotto'), /^unknown system 'kuramotto'; did you mean 'kuramoto'\?/);
    assert.match(said('wave', { spede: 2 }), /no such field; did you mean 'speed'\?/);
    assert.match(said('wave', { dt: 0 }), /must be more than 0/);
    assert.match(said('nwm-core', { kernel: 4 }), /odd/);
  });

  it('refuses a reach that goes around the torus', () => {
    const program = pipe(systemNamed('kuramoto', { height: 3, width: 3, reach: 5 }), E.flatMap(buildSystem));
    assert.match(
      pipe(
        program,
        E.match(errorMessage, () => 'fine'),
      ),
      /too wide for the circular boundary/,
    );
  });

  it('shows another field when asked', () => {
    const spec = right(systemNamed('wave'));
    assert.deepEqual(viewOf(spec, 'z'), { title: 'Wave equation', field: 'z', seen: 'signed' });
    assert.equal(viewOf(right(systemNamed('akorn', { components: 3 }))).seen, 'signed');
  });
});
