/** Programs in the operations of ONNX; that onnxruntime gives our numbers: `system/onnx.system.ts`. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../src/base/error.js';
import { onnxGraph } from '../../src/compile/onnx/index.js';
import { initialParameters } from '../../src/compile/parameters.js';
import {
  atan2,
  conv,
  parameter,
  program,
  relu,
  reshape,
  scan,
  tanh,
  transpose,
} from '../../src/dsl/index.js';
import { apply } from '../../src/dsl/tensor.js';
import { encodeOnnx } from '../../src/formats/onnx/encode.js';
import { right } from '../support/either.js';

const side: number = 4;

describe('a program in the operations of ONNX', () => {
  const waves = program({ image: [side, side, 1] }, ({ image }) => {
    const y = scan({
      steps: 3,
      init: { y: relu(conv(2)(image)) },
      step: ({ y: now }) => ({ y: tanh(conv(2)(now)) }),
      observe: ({ y: now }) => now,
    });
    return { logits: conv(3)(reshape(side, side, 6)(transpose(1, 2, 0, 3)(y))) };
  });
  const graph = right(onnxGraph(waves, initialParameters(waves.graph, 1)));

  it('has the ends of a graph model, with any batch, and every step of a scan', () => {
    assert.deepEqual(graph.inputs, [{ name: 'image', type: 'float', shape: ['batch', 4, 4, 1] }]);
    assert.deepEqual(graph.outputs, [
      { name: 'logits', type: 'float', shape: ['batch', 4, 4, 3] },
      { name: 'classes', type: 'int64', shape: ['batch', 4, 4] },
    ]);
    const count = (op: string): number => graph.nodes.filter((node) => node.op === op).length;
    assert.deepEqual([count('Conv'), count('Tanh'), count('ArgMax')], [5, 3, 1]);
  });

  it('reads nothing that is not written before it', () => {
    const known = new Set([...graph.inputs, ...graph.constants].map(({ name }) => name));
    for (const { op, inputs, outputs } of graph.nodes) {
      for (const input of inputs) assert.ok(known.has(input), `${op} reads ${input}`);
      for (const output of outputs) {
        assert.ok(!known.has(output), `${output} is written twice`);
        known.add(output);
      }
    }
  });

  it('composes what ONNX lacks', () => {
    const angle = program({ x: [3], y: [3] }, ({ x, y }) => ({ angle: atan2(y, x) }));
    const ops = right(onnxGraph(angle, {})).nodes.map(({ op }) => op);
    assert.ok(ops.includes('Atan') && !ops.includes('Atan2'), ops.join());
  });

  it('takes kernels that are computed, and in groups', () => {
    const sizes: readonly number[] = [5, 5, 2];
    const sides: readonly number[] = [3, 3, 2, 2];
    const op = { op: 'conv', boundary: 'zero', stride: [1, 1], depthwise: true } as const;
    const p = program({ x: sizes }, ({ x }) => ({
      y: apply('conv', op, x, tanh(parameter('k', sides, { init: 'kaiming' }))),
    }));
    const { nodes } = right(onnxGraph(p, initialParameters(p.graph, 1)));
    const [each] = nodes.filter(({ op }) => op === 'Conv');
    assert.equal(each.attributes.group, 2);
  });

  it('refuses an output that is not there, by its name', () => {
    const found = onnxGraph(waves, initialParameters(waves.graph, 1), ['logit']);
    assert.match(
      E.isLeft(found) ? errorMessage(found.left) : '',
      /unknown output 'logit'; did you mean 'logits'/,
    );
  });

  it('is bytes that name its version, operations and weights', () => {
    const { names, ...rest } = graph;
    assert.deepEqual(names, {});
    const about = { description: 'waves', metadata: { a: 'b' }, producer: 'drumhead', version: '1' };
    const bytes = encodeOnnx({ ...rest, ...about });
    assert.deepEqual([...bytes.subarray(0, 4)], [8, 8, 18, 8]);
    const text = Buffer.from(bytes).toString('latin1');
    for (const part of ['drumhead', 'Conv', 'SAME_UPPER', 'batch', 'logits'])
      assert.ok(text.includes(part), part);
  });
});
