/** What a scan may say besides its step: what it keeps, when it ends, what its adjoint computes again. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import type { ScanOp } from '../../src/dsl/index.js';
import {
  add,
  complement,
  decodeProgram,
  encodeProgram,
  hashProgram,
  ndarray,
  type Program,
  program,
  runReference,
  scale,
  scan,
  scanOverWithFinal,
  scanWithFinal,
  sqrt,
  type Tensor,
  zeros,
} from '../../src/index.js';

const run = (p: Program, x: readonly number[], shape: readonly number[] = []) =>
  Object.fromEntries(
    Object.entries(
      runReference(p, {
        parameters: {},
        inputs: {
          x: ndarray(
            [
              x.length /
                Math.max(
                  1,
                  shape.reduce((a, b) => a * b, 1),
                ),
              ...shape,
            ],
            x,
          ),
        },
        batch:
          x.length /
          Math.max(
            1,
            shape.reduce((a, b) => a * b, 1),
          ),
      }).outputs,
    ).map(([name, { data }]) => [name, [...data]]),
  );

const halving = (settings: { readonly every?: number; readonly remat?: boolean | number }) =>
  program({ x: [] }, ({ x }) => ({
    y: scan({ steps: 7, init: { x }, step: (s) => ({ x: scale(2, s.x) }), observe: (s) => s.x, ...settings }),
  }));

/** A tensor that is said to be a scalar, as plain JavaScript may do. */
const taken = (x: Tensor): Tensor<readonly []> => (isSaid(x) ? x : assert.fail());
const isSaid = (_: Tensor): _ is Tensor<readonly []> => true;

const scanIn = ({ graph }: Program): ScanOp => {
  const found = graph.nodes.map(({ op }) => op).find((op) => op.op === 'scan');
  return found ?? assert.fail('there is no scan');
};

describe('scan: every', () => {
  it('keeps the states after steps k, 2k, ...: floor(steps / k) entries', () => {
    assert.deepEqual(run(halving({ every: 3 }), [1]).y, [8, 64]);
    assert.deepEqual(run(halving({ every: 7 }), [1]).y, [128]);
    assert.deepEqual(run(halving({}), [1]).y, [2, 4, 8, 16, 32, 64, 128]);
  });

  it('keeps each k-th state of a driven scan, and the last state whatever it keeps', () => {
    const p = program({ x: [5] }, ({ x }) => {
      const { sequence, final } = scanOverWithFinal({
        over: x,
        every: 2,
        init: { sum: zeros() },
        step: (s, now) => ({ sum: add(s.sum, now) }),
        observe: (s) => s.sum,
      });
      return { sequence, final: final.sum };
    });
    assert.deepEqual(run(p, [1, 2, 3, 4, 5], [5]), { sequence: [3, 10], final: [15] });
  });

  it('of 1 is left out, so that a program keeps its hash', () => {
    assert.equal(hashProgram(halving({ every: 1 })), hashProgram(halving({})));
    assert.equal('every' in scanIn(halving({ every: 1 })), false);
    assert.deepEqual(scanIn(halving({ every: 3 })).every, { value: 3 });
  });

  it('refuses a rate at which nothing is kept', () => {
    assert.throws(() => halving({ every: 8 }), /scan: it has 7 steps, so every: 8 would keep nothing/);
    assert.throws(() => halving({ every: 0 }), /every is a whole number of at least 1 steps, got 0/);
    assert.throws(() => halving({ every: 1.5 }), /every is a whole number of at least 1 steps, got 1.5/);
  });
});

describe('scan: until', () => {
  const stopping = (steps: number) =>
    program({ x: [] }, ({ x }) => {
      const {
        sequence,
        final,
        steps: taken,
      } = scanWithFinal({
        steps,
        init: { x },
        step: (s) => ({ x: scale(0.5, s.x) }),
        observe: (s) => ({ x: s.x, twice: scale(2, s.x) }),
        until: (s) => complement(1, s.x),
      });
      return { ...sequence, final: final.x, taken };
    });

  it('stops each sample before the first step at whose beginning the condition is above 0', () => {
    assert.deepEqual(run(stopping(4), [5, 0.5, 100]), {
      x: [2.5, 1.25, 0.625, 0.625, 0.5, 0.5, 0.5, 0.5, 50, 25, 12.5, 6.25],
      twice: [5, 2.5, 1.25, 1.25, 1, 1, 1, 1, 100, 50, 25, 12.5],
      final: [0.625, 0.5, 6.25],
      taken: [3, 0, 4],
    });
  });

  it('computes nothing once a sample has stopped, where a step may have no value', () => {
    // a vessel that empties: below zero its root is not a number
    const p = program({ x: [] }, ({ x }) => {
      const run = scanWithFinal({
        steps: 9,
        init: { x },
        step: (s) => ({ x: add(s.x, scale(-0.75, sqrt(s.x))) }),
        observe: (s) => s.x,
        until: (s) => scale(-1, s.x),
      });
      return { x: run.final.x, taken: run.steps };
    });
    assert.deepEqual(run(p, [1]), { x: [-0.125], taken: [2] });
  });

  it('comes back from JSON, and refuses a step that goes on where it has stopped', () => {
    const p = stopping(4);
    const json = encodeProgram(p);
    const back = decodeProgram(JSON.parse(json));
    assert.ok(E.isRight(back));
    assert.equal(hashProgram(back.right), hashProgram(p));
    const { body } = scanIn(p);
    const bare = JSON.parse(
      json.replace(
        `"next":${JSON.stringify({ 'steps-taken': body.next['steps-taken'], x: body.next.x })}`,
        (found) => found.replace(`"x":${body.next.x}`, `"x":${body.nodes[body.next.x].inputs[1]}`),
      ),
    );
    assert.match(JSON.stringify(decodeProgram(bare)), /with until, /);
  });

  it('says how many steps there were without it, too', () => {
    const p = program({ x: [] }, ({ x }) => ({
      taken: scanWithFinal({ steps: 3, init: { x }, step: (s) => s, observe: (s) => s.x }).steps,
    }));
    assert.deepEqual(run(p, [1, 2]), { taken: [3, 3] });
  });

  it('refuses a condition that is not made of the state, and an observation that is not', () => {
    const misuse = (kind: 'until' | 'observe') =>
      program({ x: [] }, ({ x }) => {
        let clock: Tensor<readonly []> = x;
        return {
          y: scan({
            steps: 3,
            init: { x },
            step: (s, { index }) => {
              clock = index;
              return { x: add(s.x, index) };
            },
            observe: (s) => (kind === 'observe' ? add(s.x, clock) : s.x),
            until: (s) => s.x,
          }),
        };
      });
    assert.throws(
      () => misuse('observe'),
      /what is observed must be made of the state after the step; 'value' reads the number of the step/,
    );
    for (const outside of [undefined, zeros()])
      assert.throws(
        () =>
          program({ x: [] }, ({ x }) => ({
            y: scan({
              steps: 3,
              init: { x },
              step: (s) => s,
              observe: (s) => s.x,
              until: () => outside ?? x,
            }),
          })),
        /until does not read the state, so a sample would stop before its first step or never/,
      );
    assert.throws(
      () =>
        program({ x: [2] }, ({ x }) => ({
          y: scan({
            steps: 3,
            init: { x },
            step: (s) => s,
            observe: (s) => s.x,
            until: (s) => taken(s.x),
          }),
        })),
      /until must return a scalar, got \[2\]/,
    );
    assert.throws(
      () =>
        program({ x: [] }, ({ x }) => ({
          y: scan({
            steps: 3,
            init: { 'steps-taken': x },
            step: (s) => s,
            observe: (s) => s['steps-taken'],
            until: (s) => s['steps-taken'],
          }),
        })),
      /the state cannot have a field 'steps-taken'/,
    );
  });
});

describe('scan: remat', () => {
  it('changes no value', () => {
    const plain = run(halving({}), [3]);
    for (const remat of [true, 1, 2, 7]) assert.deepEqual(run(halving({ remat }), [3]), plain);
    assert.equal(scanIn(halving({ remat: true })).remat, 3);
    assert.equal(hashProgram(halving({ remat: false })), hashProgram(halving({})));
  });

  it('refuses invalid numbers of steps', () => {
    assert.throws(() => halving({ remat: 0 }), /remat is true, or a whole number of at least 1 steps, got 0/);
    assert.throws(() => halving({ remat: 8 }), /it has 7 steps, so it cannot keep its state every 8/);
  });
});
