/**
 * Exports to ONNX, run by onnxruntime-web (of tools/) and compared with our own results: every experiment of
 * the catalogue at quick size with few steps, and random programs of every operation. Without the tools (`npm
 * run tools`) this is reported and skipped.
 */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { distance, exactly } from '../spec/compile/graph-model/against.js';
import { exclude } from '../spec/compile/graph-model/same.js';
import { right } from '../spec/support/either.js';
import { errorMessage } from '../src/base/error.js';
import { sized } from '../src/cli/show/sized.js';
import { onnxGraph } from '../src/compile/onnx/index.js';
import { initialParameters } from '../src/compile/parameters.js';
import { openSession } from '../src/compile/tfjs/session/session.js';
import { vjp } from '../src/compile/transform/vjp.js';
import {
  inputsOf,
  type Program,
  parameter,
  program,
  select,
  tanh,
  type Tensor as Value,
} from '../src/dsl/index.js';
import type { OpOf } from '../src/dsl/op.js';
import { resizeGraph } from '../src/dsl/resize/resize.js';
import { type Shape, volume } from '../src/dsl/shape.js';
import { apply } from '../src/dsl/tensor.js';
import { type Engine, openEngine } from '../src/engine/index.js';
import { experimentNamed, experimentNames } from '../src/experiments/catalogue.js';
import { encodeOnnx } from '../src/formats/onnx/encode.js';
import { programArbitrary } from '../src/laws/arbitraries/program.js';

interface Tensor {
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** The part of onnxruntime-web that is used. */
interface Runtime {
  readonly env: { readonly wasm: { numThreads: number } };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => Tensor;
  readonly InferenceSession: {
    readonly create: (bytes: Uint8Array) => Promise<{
      readonly run: (inputs: Readonly<Record<string, Tensor>>) => Promise<Readonly<Record<string, Tensor>>>;
      readonly release: () => Promise<void>;
    }>;
  };
}

type Arrays = Readonly<Record<string, Float32Array>>;

const runtimeFile = new URL('../tools/node_modules/onnxruntime-web/dist/ort.node.min.mjs', import.meta.url);

const waving = (size: number, seed: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(1 + seed + i * i));

const inputsFor = (p: Program, batch: number): Arrays =>
  Object.fromEntries(
    Object.entries(inputsOf(p.graph)).map(([name, shape], i) => [name, waving(batch * volume(shape), i)]),
  );

/** The family of an experiment: its name up to the last slash. */
const familyOf = (name: string): string => name.slice(0, name.lastIndexOf('/'));
const families = [...new Set(experimentNames.map(familyOf))].map(
  (family) => [family, experimentNames.filter((name) => familyOf(name) === family)] as const,
);

/**
 * The program of an experiment at quick size, unless its digits are not installed. It has few steps if its
 * weights allow that: a scan is exported step by step, and the time that onnxruntime needs to open a session
 * grows faster than the number of nodes (0.25 s of processor time for 890, 0.9 for 1,712, 5.7 for 4,331, 40
 * for 12,558), in one call that no timeout of mocha can interrupt. The steps of an export are all alike. Most
 * differ by about 1e-6 of the largest; zoo/segmentation/wonn by 8.4e-6, where ours lie 4.1e-6 and theirs
 * 4.3e-6 from the reference in float64: the order of roundings, not the graph.
 */
const shortened = async (name: string): Promise<Program | undefined> => {
  const experiment = right(experimentNamed(name, 'quick'));
  const { model } = experiment;
  const found = await sized(
    'steps' in model ? { ...experiment, model: { ...model, steps: 8 } } : experiment,
  )();
  if (E.isLeft(found)) {
    // digits come from an optional package
    assert.match(name, /mnist/, errorMessage(found.left));
    return undefined;
  }
  const { graph } = found.right.program;
  const { sequence } = inputsOf(graph);
  const fewer =
    sequence === undefined
      ? resizeGraph(graph, {}, 4)
      : resizeGraph(graph, { sequence: [12, ...sequence.slice(1)] });
  // programs whose weights fix the steps are small enough
  return 'steps' in model || E.isLeft(fewer) ? { graph } : { graph: fewer.right };
};

describe('exports to ONNX in onnxruntime', function () {
  this.timeout(20 * 60_000);
  let runtime: Runtime;
  let engine: Engine;
  before(async function () {
    if (!existsSync(runtimeFile)) {
      console.log('    onnxruntime-web is not installed; npm run tools brings it');
      return this.skip();
    }
    runtime = await import(runtimeFile.href);
    runtime.env.wasm.numThreads = 1;
    const opened = await openEngine('wasm')();
    if (E.isLeft(opened)) return assert.fail(errorMessage(opened.left));
    engine = opened.right;
  });

  /** The outputs of the exported program, by the program's own names. */
  const answers = async (
    p: Program,
    parameters: Arrays,
    inputs: Arrays,
    batch: number,
    wanted?: readonly string[],
  ): Promise<Readonly<Record<string, Tensor>>> => {
    const { names, ...graph } = right(onnxGraph(p, parameters, wanted));
    const about = { description: '', metadata: {}, producer: 'drumhead', version: '0' };
    const session = await runtime.InferenceSession.create(encodeOnnx({ ...graph, ...about }));
    const shapes = inputsOf(p.graph);
    const given = graph.inputs.map(({ name }) => {
      const own = names[name] ?? name;
      return [name, new runtime.Tensor('float32', inputs[own], [batch, ...shapes[own]])] as const;
    });
    const found = await session.run(Object.fromEntries(given));
    await session.release();
    return Object.fromEntries(Object.entries(found).map(([name, tensor]) => [names[name] ?? name, tensor]));
  };

  const floats = ({ data }: Tensor): Float32Array => (data instanceof Float32Array ? data : assert.fail());

  const worst: (readonly [string, number])[] = [];
  for (const [family, experiments] of families)
    it(`give the logits of ${family} to 1e-5 of the largest, and the same classes`, async () => {
      for (const name of experiments) {
        const p = await shortened(name);
        if (p === undefined) {
          console.log(`    ${name} is not tried: its digits are not installed`);
          continue;
        }
        const parameters = initialParameters(p.graph, 1);
        const inputs = inputsFor(p, 2);
        const own = Object.keys(p.graph.outputs);
        const main = own.includes('logits') ? ['logits'] : own;
        const session = openSession(engine, select(p, ...main), parameters);
        if (E.isLeft(session)) return assert.fail(errorMessage(session.left));
        const { outputs: expected } = await session.right.infer({ count: 2, inputs }, main);
        session.right.close();
        const hasClasses = main[0] === 'logits' && !own.includes('classes');
        const outputs = await answers(p, parameters, inputs, 2, hasClasses ? ['logits', 'classes'] : main);
        for (const output of main) {
          const [ours, theirs] = [expected[output], floats(outputs[output])];
          assert.equal(theirs.length, ours.length, `${name}: ${output}`);
          const most = ours.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-30);
          const apart = ours.reduce((a, b, i) => Math.max(a, Math.abs(b - theirs[i])), 0) / most;
          assert.ok(apart <= 1e-5, `${name}: ${output} is ${apart} of its largest apart`);
          worst.push([`${name}: ${output}`, apart]);
        }
        if (hasClasses) {
          const shape = outputs.logits.dims;
          const count = shape[shape.length - 1];
          const { logits } = expected;
          assert.deepEqual(
            [...outputs.classes.data].map(Number),
            Array.from({ length: logits.length / count }, (_, i) => {
              const row = logits.subarray(i * count, (i + 1) * count);
              return row.indexOf(row.reduce((a, b) => Math.max(a, b)));
            }),
            `${name}: classes`,
          );
        }
      }
    });

  it('were tried for most of the catalogue', () => {
    const sorted = [...worst].sort(([, a], [, b]) => b - a);
    console.log(
      `    ${sorted.length} outputs, the worst: ${sorted
        .slice(0, 3)
        .map(([name, apart]) => `${name} ${apart.toExponential(1)}`)
        .join(', ')}`,
    );
    assert.ok(sorted.length > 30, 'hardly any was tried');
  });

  it('give the values of random programs of every operation, or refuse one with a sentence', async () => {
    let [tried, refused] = [0, 0];
    for (const made of fc.sample(programArbitrary({ exclude }), { numRuns: 300, seed: 1 })) {
      const { program: p, seed } = made;
      const batch = 1 + (Math.abs(seed) % 3);
      const parameters = initialParameters(p.graph, seed);
      const inputs = made.inputs(batch);
      if (E.isLeft(onnxGraph(p, parameters))) {
        refused++;
        continue;
      }
      tried++;
      const exact = exactly(p, parameters, inputs, batch);
      const found = await answers(p, parameters, inputs, batch);
      for (const [name, { data }] of Object.entries(exact)) {
        if (found[name] === undefined) continue;
        const apart = distance(floats(found[name]), data);
        assert.ok(apart < 1e-3, `${name}: ${apart} apart in ${JSON.stringify(p.graph)}`);
      }
    }
    console.log(`    ${tried} programs; ${refused} refused`);
    assert.equal(refused, 0);
  });

  const kernel = (sizes: Shape): Value => tanh(parameter('k', sizes, { init: 'kaiming' }));
  const field: Shape = [5, 7, 4];
  const of = (sizes: Shape, f: (x: Value) => Value): Program =>
    program({ x: sizes }, ({ x }) => ({ y: f(x) }));
  const plain = { op: 'conv', boundary: 'circular', stride: [1, 1], depthwise: false } as const;
  const convolved = (kernelSizes: Shape, op: Partial<OpOf<'conv'>>) => (x: Value) =>
    apply('conv', { ...plain, ...op }, x, kernel(kernelSizes));
  const kinds: Readonly<Record<string, Program>> = {
    'of a line, dilated': of([9, 2], convolved([3, 2, 3], { stride: [1], dilation: [2] })),
    'of a volume': of([3, 4, 5, 2], convolved([3, 3, 3, 2, 3], { stride: [1, 1, 1] })),
    'in groups': of(field, convolved([3, 3, 2, 6], { groups: 2, stride: [2, 2], boundary: 'zero' })),
    'of each channel': of(field, convolved([3, 3, 4, 2], { depthwise: true, boundary: 'reflect' })),
    'of a computed kernel': of(field, convolved([2, 3, 4, 3], {})),
  };
  for (const [kind, p] of Object.entries(kinds).flatMap(([kind, p]) => [
    [kind, p] as const,
    [`${kind}, with its gradient`, vjp(p)] as const,
  ]))
    it(`give the values of a convolution ${kind}`, async () => {
      const [parameters, inputs] = [initialParameters(p.graph, 3), inputsFor(p, 2)];
      const found = await answers(p, parameters, inputs, 2);
      for (const [name, { data }] of Object.entries(exactly(p, parameters, inputs, 2)))
        assert.ok(distance(floats(found[name]), data) < 1e-5, name);
    });
});
