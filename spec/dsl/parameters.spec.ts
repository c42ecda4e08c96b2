/** A program's parameters by pattern: frozen, renamed, shared. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pipe } from 'fp-ts/lib/function.js';
import { initialParameters } from '../../src/compile/parameters.js';
import { ndarray, parameterArrays, runReference } from '../../src/compile/reference/index.js';
import {
  add,
  batchNorm,
  conv,
  coupling,
  decodeProgram,
  dense,
  encodeProgram,
  fill,
  freeze,
  hashProgram,
  inputsOf,
  max,
  mul,
  oscillator,
  type Program,
  parameter,
  parametersOf,
  program,
  relu,
  rename,
  sameShape,
  scan,
  scope,
  share,
  sub,
  type Tensor,
  tanh,
  unfreeze,
} from '../../src/dsl/index.js';
import { programArbitrary } from '../../src/laws/arbitraries/program.js';
import { right, sentence } from '../support/either.js';

const trained = (p: Program): readonly string[] =>
  parametersOf(p.graph).flatMap(({ name, trainable }) => (trainable ? [name] : []));
const names = (p: Program): readonly string[] => parametersOf(p.graph).map(({ name }) => name);

const two = (trainable: boolean) =>
  program({ x: [6, 6, 2] }, ({ x }) => ({
    y: pipe(
      x,
      scope('encoder', (field: Tensor<readonly [6, 6, 2]>) =>
        pipe(field, conv(2, { trainable }), batchNorm({ trainable }), relu),
      ),
      scope('decoder', conv(2)),
    ),
  }));

describe('dsl: parameters by pattern', () => {
  describe('freeze', () => {
    it('gives the program that was written with trainable: false, and unfreeze the one that it was', () => {
      const frozen = right(freeze(two(true), 'encoder/*'));
      assert.deepEqual(frozen, two(false));
      assert.deepEqual(right(unfreeze(frozen, '*')), two(true));
      assert.notEqual(hashProgram(frozen), hashProgram(two(true)));
      assert.deepEqual(trained(frozen), ['decoder/conv1/weight', 'decoder/conv1/bias']);
    });

    it('leaves the given program as it was, and comes back from JSON', () => {
      const p = two(true);
      const before = encodeProgram(p);
      const frozen = right(freeze(p, 'encoder/*', '*/bias'));
      assert.equal(encodeProgram(p), before);
      assert.deepEqual(right(decodeProgram(JSON.parse(encodeProgram(frozen)))), frozen);
      assert.deepEqual(trained(frozen), ['decoder/conv1/weight']);
    });

    it('takes ? for one character, and every other character for itself', () => {
      const p = program({ x: [3] }, ({ x }) => ({
        y: add(
          mul(x, parameter('a.1', [3], { init: 'zeros' })),
          mul(parameter('a-1', [3], { init: 'zeros' }), parameter('a-10', [3], { init: 'zeros' })),
        ),
      }));
      assert.deepEqual(trained(right(freeze(p, 'a.1'))), ['a-1', 'a-10']);
      assert.deepEqual(trained(right(freeze(p, 'a?1'))), ['a-10']);
      assert.deepEqual(trained(right(freeze(p, 'a-*'))), ['a.1']);
    });

    it('says which pattern is near where none matches, and that a pattern is missing', () => {
      assert.equal(
        sentence(freeze(two(true), 'encodr/*')),
        "freeze: no parameter is named 'encodr/*'; did you mean 'encoder/*'? the program has encoder/conv1/weight, " +
          'encoder/conv1/bias, encoder/batchNorm1/scale, encoder/batchNorm1/shift, encoder/batchNorm1/mean, ' +
          'encoder/batchNorm1/variance, decoder/conv1/weight, decoder/conv1/bias',
      );
      assert.match(sentence(freeze(two(true), '*/biases')), /did you mean '\*\/bias'\?/);
      assert.match(
        sentence(freeze(two(true), 'zebra')),
        /^freeze: no parameter is named 'zebra'; the program has/,
      );
      assert.match(sentence(freeze(two(true))), /^freeze: it names no parameters; give a pattern/);
      assert.match(
        sentence(
          unfreeze(
            program({ x: [1] }, ({ x }) => ({ x })),
            '*',
          ),
        ),
        /the program has none$/,
      );
    });
  });

  describe('rename', () => {
    const written = (name: string) =>
      program({ x: [6, 6, 2] }, ({ x }) => ({ y: scope(name, conv(2))(x), z: conv(2)(x) }));

    it('gives the program that was written with the other name', () => {
      const renamed = right(rename(written('eye'), { 'eye/*': 'ear/*' }));
      assert.deepEqual(renamed, written('ear'));
      assert.equal(hashProgram(renamed), hashProgram(written('ear')));
      assert.deepEqual(right(rename(renamed, { 'ear/*': 'eye/*' })), written('eye'));
    });

    it('replaces each * by its match, and the first pattern counts', () => {
      const p = right(rename(written('eye'), { 'eye/*/weight': 'w/*', 'eye/*': 'rest/*', '*/*': '*.*' }));
      assert.deepEqual(names(p), ['w/conv1', 'rest/conv1/bias', 'conv1.weight', 'conv1.bias']);
    });

    it('refuses invalid names, duplicate names, and wildcards without a match', () => {
      assert.match(
        sentence(rename(written('eye'), { 'eye/*': 'eye//*' })),
        /'eye\/\/conv1\/weight' is not a name/,
      );
      assert.equal(
        sentence(rename(written('eye'), { 'eye/*': '*' })),
        "rename: two parameters would be named 'conv1/weight'; share makes two parameters one",
      );
      assert.match(
        sentence(rename(written('eye'), { 'eye/*': '*/*' })),
        /has more '\*' and '\?' than 'eye\/\*'/,
      );
      assert.match(sentence(rename(written('eye'), { 'ear/*': 'x/*' })), /did you mean 'eye\/\*'/);
    });
  });

  describe('share', () => {
    const field = [6, 6, 2] as const;
    /** Two waves that drive one another, by couplings of these names. */
    const waves = (first: ReturnType<typeof coupling>, second: ReturnType<typeof coupling>) =>
      program({ y: field, z: field }, ({ y, z }) => ({
        waves: scan({
          steps: 3,
          init: { y, z },
          step: (s, clock) =>
            oscillator<typeof field>({
              dt: 0.1,
              coupling: (u) => add(tanh(first(u)), tanh(second(u))),
              forcing: () => second(z),
            })(s, clock),
          observe: (s) => s.y,
        }),
      }));

    it('is the program that was written with one layer, also in the step of a scan, to the same hash', () => {
      const [a, b] = [coupling({ name: 'a' }), coupling({ name: 'b' })];
      const shared = right(share(waves(a, b), { 'b/*': 'a/*' }));
      assert.deepEqual(shared, waves(a, a));
      assert.equal(hashProgram(shared), hashProgram(waves(a, a)));
      assert.deepEqual(right(share(waves(a, b), { 'a/*': 'b/*' })), waves(b, b));
    });

    it('goes on ending where it ended: until and every keep what they name', () => {
      const ending = (first: ReturnType<typeof coupling>, second: ReturnType<typeof coupling>) =>
        program({ y: field }, ({ y }) => ({
          waves: scan({
            steps: 6,
            every: 2,
            until: (s) => sub(pipe(s.y, max(0, 1, 2)), fill(3)),
            init: { y },
            step: (s) => ({ y: add(tanh(first(s.y)), second(s.y)) }),
            observe: (s) => s.y,
          }),
        }));
      const [a, b] = [coupling({ name: 'a' }), coupling({ name: 'b' })];
      const shared = right(share(ending(a, b), { 'b/*': 'a/*' }));
      assert.deepEqual(shared, ending(a, a));
      assert.deepEqual(right(decodeProgram(JSON.parse(encodeProgram(shared)))), shared);
    });

    it('takes starting values and trainable of the parameter that is left', () => {
      const [a, b] = [dense(2, { init: 'identity', trainable: false, name: 'a' }), dense(2, { name: 'b' })];
      const p = program({ x: [2] }, ({ x }) => ({ y: pipe(x, a, b) }));
      const one = right(share(p, { 'b/*': 'a/*' }));
      assert.deepEqual(
        one,
        program({ x: [2] }, ({ x }) => ({ y: pipe(x, a, a) })),
      );
    });

    it('computes what the whole program computes where both parameters have one value, for random programs', () => {
      let pairs = 0;
      for (const { program: p, inputs, seed } of fc.sample(programArbitrary(), { numRuns: 400, seed: 4 })) {
        const declared = parametersOf(p.graph);
        const twin = declared.flatMap((from, i) =>
          declared
            .slice(0, i)
            .flatMap((to) => (sameShape(from.shape, to.shape) ? [[from.name, to.name]] : [])),
        )[0];
        if (twin === undefined) continue;
        pairs += 1;
        const [from, to] = twin;
        const shared = right(share(p, { [from]: to }));
        assert.ok(!names(shared).includes(from));
        assert.deepEqual(right(decodeProgram(JSON.parse(encodeProgram(shared)))), shared);
        const values = parameterArrays(p, initialParameters(p.graph, seed));
        const fed = Object.fromEntries(
          Object.entries(inputsOf(p.graph)).map(([name, shape]) => [
            name,
            ndarray([1, ...shape], inputs(1)[name]),
          ]),
        );
        const run = (q: Program) =>
          runReference(q, { parameters: { ...values, [from]: values[to] }, inputs: fed, batch: 1 }).outputs;
        assert.deepEqual(run(shared), run(p));
      }
      assert.ok(pairs > 15, `${pairs} programs with two parameters of one shape`);
    });

    it('refuses another shape, a parameter that there is not, and chains', () => {
      const p = program({ x: [2] }, ({ x }) => ({
        y: pipe(x, dense(2, { name: 'a' }), dense(2, { name: 'b' }), dense(3, { name: 'c' })),
      }));
      assert.equal(
        sentence(share(p, { 'c/weight': 'a/weight' })),
        "share: 'c/weight' is [2,3] and 'a/weight' [2,2]; only parameters of one shape can be one",
      );
      assert.match(
        sentence(share(p, { 'b/*': 'd/*' })),
        /'b\/weight' should be 'd\/weight', and there is no such/,
      );
      assert.match(
        sentence(share(p, { 'b/*': 'a/*', 'a/*': 'b/*' })),
        /'a\/weight' is itself to be 'b\/weight'; name the one that is left/,
      );
    });
  });
});
