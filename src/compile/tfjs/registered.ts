/**
 * Fused graphs as kernels of TensorFlow.js with their gradients, so that they can be combined with other operations
 * on its tape.
 */

import type {
  BackendValues,
  NamedAttrMap,
  NamedTensorInfoMap,
  Tensor,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import { type Graph, inputsOf, parametersOf } from '../../dsl/graph.js';
import { hashProgram } from '../../dsl/index.js';
import type { NativeLevel, TensorFlow } from '../../engine/index.js';
import { fuse } from '../fuse/execute/fused.js';
import type { FusedProgram } from '../fuse/execute/program.js';
import type { FusedMicroBatch } from '../fuse/execute/workspace.js';
import { axesKey } from '../fuse/lower/pixel-axes.js';
import { Arena } from '../fuse/memory/arena.js';
import { pixelsFor } from '../fuse/partition/pixels.js';

/** The kernel's name for an input of the graph, since inputs and parameters may have the same names. */
export const inputName = (name: string): string => `input ${name}`;
export const parameterName = (name: string): string => `parameter ${name}`;

/** The outputs in the order of the kernel, which like the hash does not depend on the order in the program. */
export const outputNames = ({ outputs }: Graph): readonly string[] => Object.keys(outputs).sort();

/**
 * Registers a graph that can be fused as a whole as a kernel of the current backend, and returns the kernel's name. The
 * name is made of the graph's hash, so that a graph is registered once. Its arena is laid out when it first runs.
 *
 * The kernel takes each input as [batch, ...shape] and each parameter under the names above, the attributes `batch` and,
 * for noise, `samples` and `noiseSeed`, and returns each output as [batch, ...shape], in the order of their names. The same fused program computes its gradient.
 *
 * @param native the native code that it runs in; left out: WebAssembly
 */
export const registerFused = (
  tf: TensorFlow,
  graph: Graph,
  pixels = pixelsFor(graph),
  native?: NativeLevel,
): string => {
  const on = pixels === 'samples' ? pixels : pixels && axesKey(pixels);
  const where = native === undefined ? '' : ' in native code';
  const kernelName = `drumhead fused ${hashProgram({ graph })} on ${on}${where}`;
  const backendName = tf.getBackend();
  if (isRegistered(tf, kernelName, backendName)) return kernelName;

  const inputs = Object.entries(inputsOf(graph));
  const parameters = parametersOf(graph);
  const outputs = outputNames(graph).map((name) => [name, graph.nodes[graph.outputs[name]].shape] as const);
  let machine: FusedProgram | undefined;
  /** The fused program with these parameters loaded. */
  const loaded = (values: Readonly<Record<string, Float32Array>>): FusedProgram => {
    if (machine === undefined) machine = fuse(graph, values, pixels, () => new Arena(undefined, native));
    else machine.load(values);
    if (machine === undefined) throw new Error('a graph that cannot be fused was to be');
    return machine;
  };
  const valuesOf = (read: (name: string) => Float32Array) => ({
    inputs: Object.fromEntries(inputs.map(([name]) => [name, read(inputName(name))])),
    parameters: Object.fromEntries(parameters.map(({ name }) => [name, read(parameterName(name))])),
  });

  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs: given, attrs }) => {
      const backend = tf.backend();
      const of = microBatchOf(attrs);
      const values = valuesOf((name) => floats(backend.readSync(infoOf(given, name).dataId)));
      const found = loaded(values.parameters).infer(
        { ...of, inputs: values.inputs },
        outputs.map(([name]) => name),
      );
      return outputs.map(([name, shape]): TensorInfo => {
        const whole = [of.count, ...shape];
        return { dataId: backend.write(found[name], whole, 'float32'), shape: whole, dtype: 'float32' };
      });
    },
  });

  const saved = [
    ...inputs.map(([name]) => inputName(name)),
    ...parameters.map(({ name }) => parameterName(name)),
  ];
  tf.registerGradient({
    kernelName,
    inputsToSave: saved,
    gradFunc: (dy, tensors, attrs) => {
      const given = Array.isArray(dy) ? dy : [dy];
      const of = microBatchOf(attrs);
      // one vjp computes all gradients, when the first of them is asked for
      let computed: ReturnType<FusedProgram['vjp']> | undefined;
      const vjp = (): ReturnType<FusedProgram['vjp']> => {
        if (computed !== undefined) return computed;
        const values = valuesOf((name) => floats(tensors[saved.indexOf(name)].dataSync()));
        const cotangents = Object.fromEntries(
          outputs.map(([name], i) => [name, floats(given[i].dataSync())] as const),
        );
        computed = loaded(values.parameters).vjp({ ...of, inputs: values.inputs }, cotangents);
        return computed;
      };
      const gradient = (found: Float32Array | undefined, shape: readonly number[]): Tensor =>
        found === undefined ? tf.zeros([...shape]) : tf.tensor(found, [...shape], 'float32');
      return Object.fromEntries([
        ...inputs.map(([name, shape]) => [
          inputName(name),
          () => gradient(vjp().inputs[name], [of.count, ...shape]),
        ]),
        ...parameters.map(({ name, shape }) => [
          parameterName(name),
          () => gradient(vjp().parameters[name], shape),
        ]),
      ]);
    },
  });
  return kernelName;
};

/** The number of samples of a kernel's call, and the seed and numbers of their noise. */
const microBatchOf = (attrs: NamedAttrMap | undefined): Omit<FusedMicroBatch, 'inputs'> => {
  const samples = attrs?.samples;
  return {
    count: Number(attrs?.batch),
    noiseSeed: Number(attrs?.noiseSeed ?? 0),
    ...(Array.isArray(samples) ? { samples: samples.map(Number) } : {}),
  };
};

/** TensorFlow.js's types say that the kernel always exists. */
const isRegistered = (tf: TensorFlow, kernelName: string, backendName: string): boolean =>
  tf.getKernelsForBackend(backendName).some((kernel) => kernel.kernelName === kernelName);

/** An input of a kernel; in TensorFlow.js's types it may be several. */
const infoOf = (given: NamedTensorInfoMap, name: string): TensorInfo => {
  const found = given[name];
  if (found === undefined) throw new Error(`the kernel was not given '${name}'`);
  return found;
};

/** A copy, since TensorFlow.js may free the original before it is used. */
const floats = (values: BackendValues): Float32Array => {
  if (values instanceof Float32Array) return new Float32Array(values);
  throw new Error('fused kernels take float32 tensors');
};
