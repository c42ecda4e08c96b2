/** Plans as JSON. A plan from outside is checked before it may run, since kernels do not check what they touch. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { canonical } from '../../../base/canonical.js';
import { real, whole } from '../../../base/codec.js';
import { type DecodeError, decodeError } from '../../../base/error.js';
import type { Argument, Condition, Instruction } from '../list/instruction.js';
import { size } from '../registry/number.js';
import { problemOf, stagedProblemOf } from './check.js';
import type { Plan, StagedPlan } from './plan.js';

const integer = new t.Type<number, number, unknown>(
  'a whole number',
  t.number.is,
  (input, context) => (Number.isSafeInteger(input) ? t.success(Number(input)) : t.failure(input, context)),
  t.identity,
);

const count = [
  t.type({ loop: size, times: integer, plus: integer }),
  t.partial({ over: size, per: size }),
] as const;

const argument: t.Type<Argument, unknown> = t.recursion('an argument', () =>
  t.union([
    integer,
    t.exact(t.type({ base: integer, terms: t.readonlyArray(term) })),
    t.exact(t.type({ when: condition, take: argument, otherwise: argument })),
    t.exact(t.type({ read: argument, most: size })),
  ]),
);

const term = t.exact(t.intersection([...count, t.type({ stride: integer })]));

const condition: t.Type<Condition, unknown> = t.recursion('a condition', () =>
  t.exact(t.intersection([...count, t.type({ is: argument })])),
);

const instruction: t.Type<Instruction, unknown> = t.recursion('an instruction', () =>
  t.union([
    t.exact(
      t.type({
        do: t.literal('call'),
        kernel: t.exact(t.type({ kernel: t.string, of: t.unknown })),
        with: t.readonlyArray(argument),
      }),
    ),
    t.exact(
      t.intersection([
        t.type({
          do: t.literal('loop'),
          loop: size,
          from: argument,
          by: t.union([t.literal(1), t.literal(-1)]),
          times: argument,
          body: list,
        }),
        t.partial({ until: argument }),
      ]),
    ),
    t.exact(t.type({ do: t.literal('when'), any: t.readonlyArray(condition), body: list })),
    t.exact(t.type({ do: t.literal('clock'), loop: size, to: argument })),
  ]),
);

const list = t.readonlyArray(instruction);
const sizes = t.readonlyArray(size);

const loss = t.exact(
  t.type({
    labels: size,
    labelBytes: size,
    pixels: size,
    scale: size,
    weights: size,
    classes: size,
    total: size,
  }),
);

const memory = t.exact(
  t.type({
    bytes: size,
    parts: t.readonlyArray(t.exact(t.type({ name: t.string, at: size, bytes: size }))),
    contents: t.readonlyArray(
      t.exact(t.intersection([t.type({ at: size, bytes: size }), t.partial({ base64: t.string })])),
    ),
  }),
);

const leaves = t.readonlyArray(
  t.exact(
    t.type({
      kind: t.keyof({
        input: null,
        parameter: null,
        cotangent: null,
        output: null,
        gradient: null,
        inputGradient: null,
      }),
      name: t.string,
      at: size,
      plane: size,
      shape: sizes,
      layout: t.exact(
        t.type({
          dims: sizes,
          axes: t.readonlyArray(t.union([t.literal('pixel'), size])),
          pixels: sizes,
        }),
      ),
    }),
  ),
);

const shared = { memory, leaves, together: whole(1, 65_536), noise: size };
const lists = { once: list, load: list, clear: list, run: list, settle: list };

const plan: t.Type<Plan, unknown> = t.exact(
  t.intersection([
    t.partial({ loss }),
    t.type({ ...shared, lists: t.exact(t.type({ ...lists, pack: list })) }),
  ]),
);

const slots = t.readonlyArray(t.exact(t.type({ slot: size, at: size, floats: size })));

const stagedPlan: t.Type<StagedPlan, unknown> = t.exact(
  t.intersection([
    t.partial({ loss }),
    t.type({
      ...shared,
      pack: list,
      slots: sizes,
      running: t.readonlyArray(
        t.exact(t.type({ statistic: size, momentum: real(0, 1), mean: t.string, variance: t.string })),
      ),
      stages: t.readonlyArray(
        t.exact(
          t.type({
            leaves,
            lists: t.exact(t.type(lists)),
            reads: slots,
            keeps: slots,
            takes: t.readonlyArray(t.exact(t.type({ statistic: size, at: size, floats: size }))),
            gives: t.readonlyArray(
              t.exact(
                t.intersection([
                  t.type({ statistic: size, at: size, sums: size }),
                  t.partial({
                    channels: t.exact(t.type({ outer: size, count: size, inner: size, each: size })),
                  }),
                ]),
              ),
            ),
          }),
        ),
      ),
    }),
  ]),
);

/**
 * Canonical JSON of a plan; `decodePlan` of it gives an equal plan.
 *
 * @example
 * const p = program({ x: [2, 4, 1] }, ({ x }) => ({ y: tanh(x) }));
 * const plan = fusedPlan(p, { outputs: ['y'] });
 * plan && encodePlan(plan).slice(0, 18); // => '{"leaves":[{"at":6'
 */
export const encodePlan = (value: Plan | StagedPlan): string => canonical(value);

/**
 * A plan from parsed JSON.
 *
 * **Errors** One sentence, if it is no plan, names a kernel that does not exist, counts by a loop that is not around, reads
 * or writes beyond its memory, writes over its constants, or would run for ever.
 *
 * @param source where it came from, for messages
 * @example
 * E.mapLeft(errorMessage)(decodePlan([], 'plan.json')); // => E.left('plan.json: this is not a plan of drumhead')
 */
export const decodePlan = (json: unknown, source = 'plan'): E.Either<DecodeError, Plan> =>
  checked(json, source, plan, problemOf);

/**
 * A plan in stages from parsed JSON; `encodePlan` writes it.
 *
 * **Errors** One sentence, where `decodePlan` has one, and if a stage reads what no earlier one left.
 *
 * @param source where it came from, for messages
 * @example
 * E.mapLeft(errorMessage)(decodeStagedPlan({}, 'plan.json')); // => E.left('plan.json: this is not a plan of drumhead')
 */
export const decodeStagedPlan = (json: unknown, source = 'plan'): E.Either<DecodeError, StagedPlan> =>
  checked(json, source, stagedPlan, stagedProblemOf);

const checked = <A>(
  json: unknown,
  source: string,
  codec: t.Type<A, unknown>,
  problem: (value: A) => string | undefined,
): E.Either<DecodeError, A> =>
  pipe(
    E.tryCatch(
      () => decoded(json, codec, problem),
      (thrown) => {
        // deep nesting overflows the stack of every reader
        if (thrown instanceof RangeError) return 'what it holds lies too deep in itself';
        throw thrown;
      },
    ),
    E.flatten,
    E.mapLeft((said) => decodeError(source, said)),
  );

/** A plan, or the problem with it. */
const decoded = <A>(
  json: unknown,
  codec: t.Type<A, unknown>,
  problemIn: (value: A) => string | undefined,
): E.Either<string, A> =>
  pipe(
    codec.decode(json),
    E.mapLeft((errors) => {
      const path = errors[0]?.context
        .map(({ key }) => key)
        .filter((key) => key !== '' && Number.isNaN(Number(key)));
      return `this is not a plan of drumhead${path === undefined || path.length === 0 ? '' : `: ${path.join('.')}`}`;
    }),
    E.filterOrElse(
      (value) => canonical(value) === canonical(json),
      () => 'it has fields that no plan has',
    ),
    E.flatMap((value) => {
      const problem = problemIn(value);
      return problem === undefined ? E.right(value) : E.left(problem);
    }),
  );
