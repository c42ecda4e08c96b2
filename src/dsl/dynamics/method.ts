/**
 * Integrators as values. A dynamics gives the rate of change of a state; a method turns it into a step of a scan. The
 * two are independent of each other (Kidger 2021, ch. 5: terms and solvers).
 */

import { scale } from '../functions/pointwise.js';
import type { Layer } from '../identity.js';
import { layersIn } from '../layers-in.js';
import { checkedOptions } from '../options.js';
import type { Clock, StateOf, Step } from '../scan-types.js';
import { sameShape, showShape } from '../shape.js';
import { type Expr, refuse, shapeOf, type Tensor } from '../tensor.js';
import { inWords, recordOf } from '../untyped.js';

/** The time at which a rate is taken, dt times the number of the step and its part: a scalar. */
export type Time = Tensor<readonly []>;

/**
 * How fast a state changes: from a state and a time the derivative of every field, of its shape. Layers are built outside of
 * it, since a method calls it several times a step.
 *
 * @example
 * const pendulum: Dynamics<{ q: typeof y; p: typeof y }> = ({ q, p }) => ({ q: p, p: negate(sin(q)) });
 */
export type Dynamics<State extends StateOf> = (state: State, time: Time) => State;

type Lacking<F extends string, State> = Exclude<F, keyof State>;
/** `unknown` if the state has the fields F, else the message that names one that it lacks. */
export type Has<F extends string, State> = [Lacking<F, State>] extends [never]
  ? unknown
  : { readonly error: `the state has no field '${Lacking<F, State> & string}'` };

/**
 * A method of integration, for any dynamics over states that have the fields F.
 *
 * @example
 * const heun: Method = {
 *   name: 'heun',
 *   order: 2,
 *   advance: (rate, state, time, h) => {
 *     const k1 = rate(state, time);
 *     const k2 = rate(addState(state, h, k1), offset(h, time));
 *     return addState(addState(state, h / 2, k1), h / 2, k2);
 *   },
 * };
 */
export interface Method<F extends string = never> {
  readonly name: string;
  /** The order p that it claims: at a fixed time the error is that of dt^p, for smooth rates. A law measures it. */
  readonly order: number;
  /** The fields that it treats separately and that a state must have; default none. */
  readonly fields?: readonly F[];
  /** The state a time h later. Unused computations are not part of the program. */
  readonly advance: <State extends StateOf>(
    rate: Dynamics<State>,
    state: State,
    time: Time,
    h: number,
  ) => State;
}

/**
 * The motion of a state over a time h, by a method or exactly. `strang` composes flows, and `stepOf` makes a step of
 * one.
 */
export interface Flow<State extends StateOf> {
  readonly name: string;
  /** The order that it claims; Infinity if it is exact. */
  readonly order: number;
  readonly advance: (state: State, time: Time, h: number) => State;
}

/** Refuses a rate that lacks fields of its state, has others, or other shapes. */
const checkFields = (operation: string, state: StateOf, found: StateOf): void => {
  const given = Object.keys(recordOf(operation, 'a rate', found)).sort();
  const wanted = Object.keys(state).sort();
  if (wanted.join() !== given.join())
    refuse(
      operation,
      `the rate of a state of ${wanted.join(', ')} has a value for each of them, got ${given.join(', ') || 'none'}`,
    );
  const odd = wanted.find((name) => !sameShape(shapeOf(found[name]), shapeOf(state[name])));
  if (odd !== undefined)
    refuse(
      operation,
      `the rate of '${odd}' is of the shape of '${odd}', ${showShape(shapeOf(state[odd]))}, got ${showShape(shapeOf(found[odd]))}`,
    );
};

const exprsOf = (values: StateOf): readonly Expr[] => Object.values(values).map(({ expr }) => expr);

/**
 * A rate with checks at each call. Layers that are built inside of it are refused, since a method calls it several
 * times per step and would build new ones each time.
 */
const checked = <State extends StateOf>(operation: string, rate: Dynamics<State>): Dynamics<State> => {
  let own: ReadonlySet<Layer> | null = null;
  return (state, time) => {
    const found = rate(state, time);
    checkFields(operation, state, found);
    const layers = layersIn(exprsOf(found));
    const known = own ?? layers;
    own = known;
    // Layers that a method puts into the state, such as a learned coefficient, do not belong to the rate.
    const given = layersIn([...exprsOf(state), time.expr]);
    const stranger = [...layers].find((layer) => !known.has(layer) && !given.has(layer));
    return stranger === undefined
      ? found
      : refuse(
          operation,
          `its rate is called several times a step and builds another ${stranger.kind} each time; build the layer outside of it`,
          stranger.at,
        );
  };
};

type Advance = (...given: never) => unknown;

/** How the flows that were made here advance: they are told from methods by it. */
const ofFlows = new WeakSet<Advance>();

/** A flow that `integrate` and `flowOf` know for one, also after its other fields were replaced. */
export const asFlow = <F extends { readonly advance: Advance }>(flow: F): F => {
  ofFlows.add(flow.advance);
  return flow;
};

/**
 * The flow of a dynamics by a method.
 *
 * @example
 * const turning = flowOf(rk4, (s: { a: typeof y; b: typeof y }) => ({ a: s.b, b: negate(s.a) }));
 * turning.order; // => 4
 */
export const flowOf = <F extends string, State extends StateOf>(
  method: Method<F> & Has<F, State>,
  rate: (state: State, time: Time) => NoInfer<State>,
): Flow<State> => {
  checkedMethod('flowOf', method);
  return asFlow<Flow<State>>({
    name: method.name,
    order: method.order,
    advance: (state, time, h) => method.advance(checked(method.name, rate), state, time, h),
  });
};

/** Refuses values that are not flows, such as a method without a dynamics. */
export const checkedFlow = <State extends StateOf>(operation: string, flow: Flow<State>): Flow<State> =>
  'advance' in Object(flow) && !takesRate(flow)
    ? flow
    : refuse(
        operation,
        `a flow is needed here, such as flowOf(rk4, rate), got ${'advance' in Object(flow) ? `the method ${flow.name} alone` : inWords(flow)}`,
      );

/** Whether it needs more than a flow is given. Of a method with rest or default parameters that is not known. */
const takesRate = ({ advance }: { readonly advance: Advance }): boolean => advance.length > 3;

/** Refuses what is no method: without type checks a person may pass the function that makes one, or a flow. */
const checkedMethod = (
  operation: string,
  method: { readonly name: string; readonly advance: Advance },
): void => {
  if (!('advance' in Object(method)))
    refuse(
      operation,
      'the method is none: euler and rk4 are methods; verlet(), symplecticEuler(), implicitMidpoint() and dormandPrince() make one',
    );
  if (ofFlows.has(method.advance))
    refuse(operation, `${method.name} is a flow, which has its rate already: stepOf(flow, dt) is its step`);
};

/** Refuses an invalid time step. */
const checkedStep = (operation: string, dt: number): number =>
  Number.isFinite(dt) && dt !== 0
    ? dt
    : refuse(operation, `its dt is a number other than 0, the time of one step, got ${dt}`);

/**
 * The step of a scan that follows a flow for a time dt. Step t begins at the time t dt.
 *
 * @example
 * const waves = scan({
 *   steps: 100,
 *   init: { y, z },
 *   step: stepOf(strang(decay({ z: relu(y) }), flowOf(verlet(), (s: Wave<readonly [64, 64, 2]>) => ({ y: s.z, z: negate(s.y) }))), 0.1),
 *   observe: (s) => s.y,
 * });   // Tensor<readonly [100, 64, 64, 2]>
 */
export const stepOf = <State extends StateOf>(flow: Flow<State>, dt: number): Step<State> => {
  checkedStep(checkedFlow('stepOf', flow).name, dt);
  return (state: State, { index }: Clock) => flow.advance(state, scale(dt, index), dt);
};

/** The arguments of `integrate`. */
export interface Integration<F extends string, State extends StateOf> {
  readonly method: Method<F> & Has<F, State>;
  /** The time of one step. */
  readonly dt: number;
  /** How fast the state changes; see `Dynamics`. */
  readonly rate: (state: State, time: Time) => NoInfer<State>;
}

/**
 * The step of a scan that integrates a dynamics by a method: `stepOf(flowOf(method, rate), dt)`.
 *
 * @example
 * const neighbours = coupling();
 * const swings = scan({
 *   steps: 100,
 *   init: { y, z: zeros(64, 64, 2) },
 *   step: integrate({ method: rk4, dt: 0.1, rate: (s) => ({ y: s.z, z: sub(neighbours(s.y), sin(s.y)) }) }),
 *   observe: (s) => s.y,
 * });   // Tensor<readonly [100, 64, 64, 2]>
 *
 * @example
 * const driven = scanOver({
 *   over: sequence,
 *   init: { y, z },
 *   step: (s, push, clock) =>
 *     integrate({ method: verlet(), dt: 0.1, rate: (at: typeof s) => ({ y: at.z, z: sub(push, at.y) }) })(s, clock),
 *   observe: (s) => s.y,
 * });   // Tensor<readonly [100, 64, 64, 2]>
 */
export const integrate = <F extends string, State extends StateOf>(
  options: Integration<F, State>,
): Step<State> => {
  const { method, dt, rate } = checkedOptions('integrate', options, { method: true, dt: true, rate: true });
  checkedMethod('integrate', method);
  return stepOf(flowOf(method, rate), dt);
};
