/**
 * Adam, AdamW and gradient descent on plain arrays, in PyTorch's form.
 *
 * The update is a pure function from (state, parameters, gradients) to new ones, computed in float64 and kept in
 * float32. It runs on the host: a model here has 10^5 parameters, a step costs 10^9 operations elsewhere, and a
 * state of plain arrays can be written to a checkpoint as it is.
 */

import { power } from '../../base/power.js';
import type { Arrays } from '../../compile/tfjs/session/session.js';

/** How Adam and AdamW step. */
export interface OptimiserSettings {
  /** `adam`: weight decay, if any, is added to the gradient. `adamw`: it shrinks the weights by themselves. */
  readonly name: 'adam' | 'adamw';
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  /** Added outside the root. */
  readonly epsilon: number;
  readonly weightDecay: number;
}

/** How gradient descent steps. */
export interface DescentSettings {
  readonly name: 'sgd';
  readonly learningRate: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  /** Added to the gradient, times the weight. */
  readonly weightDecay: number;
}

/** Settings of one parameter that differ from the optimiser's. */
export interface OwnWay {
  /** A factor of the learning rate. */
  readonly rate: number;
  /** Replaces the weight decay. */
  readonly decay?: number;
  /** Whether it is not trained. */
  readonly frozen: boolean;
}

/** The reference's: Adam at 1e-3. */
export const adam: OptimiserSettings = {
  name: 'adam',
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
};

/** The reference's option: AdamW with weight decay 0.01. */
export const adamW: OptimiserSettings = { ...adam, name: 'adamw', weightDecay: 0.01 };

/**
 * The optimiser's state: the steps taken, and by parameter name the two running moments of the gradient. Gradient descent
 * keeps its momentum as the first, and has no second.
 */
export interface OptimiserState {
  readonly step: number;
  readonly mean: Arrays;
  readonly square: Arrays;
}

/** The state before the first step. Moments of a parameter begin at zero with its first gradient. */
export const untrained: OptimiserState = { step: 0, mean: {}, square: {} };

/** The parameters and the state after a step. */
export interface Optimised {
  readonly parameters: Arrays;
  readonly state: OptimiserState;
}

/** The settings of all other parameters. */
const plainWay: OwnWay = { rate: 1, frozen: false };

/**
 * One step. Adam: p' = p - lr m_hat / (sqrt(v_hat) + epsilon), with m_hat = m/(1-beta1^t), v_hat = v/(1-beta2^t)
 * (Kingma & Ba 2015, Algorithm 1; for AdamW after p shrank by lr * weightDecay, Loshchilov & Hutter 2019,
 * Algorithm 2). Gradient descent: b' = momentum b + g, b' = g at first, and p' = p - lr b', or with Nesterov's momentum
 * p' = p - lr (g + momentum b') (Sutskever et al. 2013, in PyTorch's form). A parameter without a gradient stays as it is,
 * decay included, as in PyTorch. Nothing is changed in place.
 *
 * @param wayOf the own settings of the parameter of this name
 * @example
 * const { parameters, state } = optimise(adam)(untrained, weights, gradients);
 */
export const optimise =
  (settings: OptimiserSettings | DescentSettings, wayOf: (name: string) => OwnWay = () => plainWay) =>
  (state: OptimiserState, parameters: Arrays, gradients: Arrays): Optimised => {
    const step = state.step + 1;
    const moved: Record<string, Float32Array> = { ...parameters };
    const mean: Record<string, Float32Array> = { ...state.mean };
    const square: Record<string, Float32Array> = { ...state.square };
    for (const [name, gradient] of Object.entries(gradients)) {
      if (!(name in parameters)) continue;
      const way = wayOf(name);
      if (way.frozen) continue;
      const own = {
        ...settings,
        learningRate: settings.learningRate * way.rate,
        weightDecay: way.decay ?? settings.weightDecay,
      };
      if (own.name === 'sgd') {
        const next = descend(own, parameters[name], gradient, state.mean[name]);
        moved[name] = next.parameter;
        if (own.momentum > 0) mean[name] = next.mean;
        continue;
      }
      const next = update(own, step, parameters[name], gradient, state.mean[name], state.square[name]);
      moved[name] = next.parameter;
      mean[name] = next.mean;
      square[name] = next.square;
    }
    return { parameters: moved, state: { step, mean, square } };
  };

const descend = (
  { learningRate, momentum, nesterov, weightDecay }: DescentSettings,
  parameter: Float32Array,
  gradient: Float32Array,
  oldMomentum: Float32Array | undefined,
): Pick<Updated, 'parameter' | 'mean'> => {
  const moved = new Float32Array(parameter.length);
  const mean = new Float32Array(parameter.length);
  for (let i = 0; i < parameter.length; i++) {
    const g = gradient[i] + weightDecay * parameter[i];
    const b = oldMomentum === undefined ? g : momentum * oldMomentum[i] + g;
    mean[i] = b;
    moved[i] = parameter[i] - learningRate * (nesterov ? g + momentum * b : b);
  }
  return { parameter: moved, mean };
};

interface Updated {
  readonly parameter: Float32Array;
  readonly mean: Float32Array;
  readonly square: Float32Array;
}

const update = (
  { name, learningRate, beta1, beta2, epsilon, weightDecay }: OptimiserSettings,
  step: number,
  parameter: Float32Array,
  gradient: Float32Array,
  oldMean: Float32Array | undefined,
  oldSquare: Float32Array | undefined,
): Updated => {
  const size = learningRate / (1 - power(beta1, step));
  const correction = Math.sqrt(1 - power(beta2, step));
  const added = name === 'adam' ? weightDecay : 0;
  const kept = name === 'adamw' ? 1 - learningRate * weightDecay : 1;
  const moved = new Float32Array(parameter.length);
  const mean = new Float32Array(parameter.length);
  const square = new Float32Array(parameter.length);
  for (let i = 0; i < parameter.length; i++) {
    const g = gradient[i] + added * parameter[i];
    const m = beta1 * (oldMean === undefined ? 0 : oldMean[i]) + (1 - beta1) * g;
    const v = beta2 * (oldSquare === undefined ? 0 : oldSquare[i]) + (1 - beta2) * g * g;
    mean[i] = m;
    square[i] = v;
    moved[i] = kept * parameter[i] - (size * m) / (Math.sqrt(v) / correction + epsilon);
  }
  return { parameter: moved, mean, square };
};
