import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { limits } from '../../src/base/limits.js';
import { graphModel } from '../../src/compile/graph-model/index.js';
import { decodeProgram, program, scale, scan, type Tensor, tryProgram } from '../../src/dsl/index.js';
import { sentence } from '../support/either.js';

type Line = Tensor<readonly [2]>;

/** Scans within scans, so many. */
const nested = (depth: number) =>
  program({ y: [2] }, ({ y }) => {
    const go = (left: number, x: Line): Tensor<readonly [number, 2]> =>
      scan({
        steps: 1,
        init: { x },
        step: (s) => {
          if (left > 1) go(left - 1, s.x);
          return { x: scale(0.5, s.x) };
        },
        observe: (s) => s.x,
      });
    return { z: go(depth, y) };
  });

/** The same as JSON, which nobody wrote with the language. */
const nestedJson = (depth: number, steps = 1): unknown => {
  let nodes: unknown[] = [{ op: { op: 'state', field: 'y' }, inputs: [], shape: [2] }];
  for (let i = 0; i < depth; i++) {
    const last = nodes.length - 1;
    const body = { nodes, next: { y: last }, observe: { y: last } };
    nodes = [
      i === depth - 1
        ? { op: { op: 'input', name: 'y', shape: [2] }, inputs: [], shape: [2] }
        : { op: { op: 'state', field: 'y' }, inputs: [], shape: [2] },
      { op: { op: 'scan', steps, fields: ['y'], sequences: 0, body }, inputs: [0], shape: [] },
      { op: { op: 'take', port: 'final/y' }, inputs: [1], shape: [2] },
    ];
  }
  return { language: 1, nodes, outputs: { y: 2 } };
};

const chain = (length: number) =>
  program({ x: [2] }, ({ x }) => {
    let y: Line = x;
    for (let i = 0; i < length; i++) y = scale(1 + i, y);
    return { y };
  });

describe('how large a program is', () => {
  it('steps of scans within scans multiply, and more than the limit in all are refused', () => {
    const said =
      /its scans take more than 100,000,000 steps in all, those within one another multiplied, the limit; take fewer/;
    // 10 + 100 + … + 10^7 steps, and ten times as many.
    assert.ok(E.isRight(decodeProgram(nestedJson(7, 10))));
    for (const [depth, steps] of [
      [8, 10],
      [limits.scanNesting, 2],
      [1, limits.scanSteps + 1],
      [2, 1e300],
    ] as const)
      assert.match(sentence(decodeProgram(nestedJson(depth, steps))), said);
    const long = (steps: number) =>
      tryProgram(() =>
        program({ y: [2] }, ({ y }) => ({
          z: scan({ steps, init: { y }, step: (s) => ({ y: scale(0.5, s.y) }), observe: (s) => s.y }),
        })),
      );
    assert.ok(E.isRight(long(limits.scanSteps)));
    assert.match(sentence(long(limits.scanSteps + 1)), said);
  });

  it('scans nest to the limit, and one more is refused, in the language and as JSON', () => {
    assert.ok(E.isRight(tryProgram(() => nested(limits.scanNesting))));
    assert.ok(E.isRight(decodeProgram(nestedJson(limits.scanNesting))));
    const said = /more than 32 scans stand within one another, the limit; let one scan do several steps/;
    for (const depth of [limits.scanNesting + 1, 3000]) {
      assert.match(sentence(tryProgram(() => nested(depth))), said);
      assert.match(sentence(decodeProgram(nestedJson(depth))), said);
    }
    // What refused leaves nothing behind.
    assert.ok(E.isRight(tryProgram(() => nested(limits.scanNesting))));
  });

  it('nodes are counted before anything follows them', () => {
    const node = { op: { op: 'input', name: 'x', shape: [1] }, inputs: [], shape: [1] };
    const many = { language: 1, nodes: Array.from({ length: 1_000_000 }, () => node), outputs: { y: 0 } };
    const said = /more than 32,000 nodes, the limit; write what repeats as a scan/;
    assert.match(sentence(decodeProgram(many)), said);
    assert.match(sentence(tryProgram(() => chain(limits.nodes))), said);
    assert.ok(E.isRight(tryProgram(() => chain(limits.nodes - 1))));
  });

  it('a graph without loops is counted before it is written out', () => {
    const long = (steps: number) =>
      program({ y: [2] }, ({ y }) => ({
        z: scan({ steps, init: { y }, step: (s) => ({ y: scale(0.5, s.y) }), observe: (s) => s.y }),
      }));
    assert.match(
      sentence(graphModel(long(limits.scanSteps), {}, { unroll: true })),
      /unrolled it has at least [\d,]+ nodes, and 200,000 is the limit; export it with its loops/,
    );
    assert.ok(E.isRight(graphModel(long(limits.scanSteps), {}, { unroll: false })));
    assert.ok(E.isRight(graphModel(long(20), {}, { unroll: true })));
  });
});
