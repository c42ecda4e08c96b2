/** Cases of the parity zoo: each by the reference in float64, op by op, and by fused kernels. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { defect, type Effect, errorMessage } from '../../../base/error.js';
import { maxAbs } from '../../../base/max-abs.js';
import type { NdArray } from '../../../compile/reference/index.js';
import type { Engine } from '../../../engine/index.js';
import { type Check, type CheckKind, relativeError } from '../check.js';
import { type CaseReport, reportCase, reportUnsupported } from '../report.js';
import { zooModels } from './cases/index.js';
import { exactGradients, exactOutputs, type Gradients, gradientsAtPlaces } from './exact.js';
import type { ZooCase } from './manifest.js';
import { type Answer, fusedAnswer, opByOpAnswer } from './on-engine.js';
import { type NdArrays, type Values, valuesOf } from './values.js';
import type { Written } from './written.js';

/** The error of angles: distances around the circle, relative to the largest angle. */
const angleError = (found: NdArray, expected: NdArray): number => {
  const nearest = found.data.map((a, i) => {
    const apart = a - expected.data[i];
    return expected.data[i] + Math.atan2(Math.sin(apart), Math.cos(apart));
  });
  return relativeError(nearest, expected.data);
};

const outputChecks = (
  w: Written,
  { expected }: Values,
  found: NdArrays,
  kind: CheckKind,
  limit: number,
): readonly Check[] =>
  Object.entries(expected).map(([name, array]): Check => {
    const { of, angle = false } = w.outputs[name];
    const error = angle ? angleError(found[of], array) : relativeError(found[of].data, array.data);
    return { kind, at: name, error, limit };
  });

const gradientChecks = (
  { gradients }: Values,
  found: Gradients,
  kind: CheckKind,
  limit: number,
): readonly Check[] =>
  gradients.map(({ at, of, name, expected, isZero }): Check => {
    const { data } = found[of][name];
    const error = isZero ? maxAbs(data) : relativeError(data, expected.data);
    return { kind, at, error, limit };
  });

/** The error of central differences at step 1e-5. */
const differences = 1e-7;

const exactChecks = (c: ZooCase, w: Written, values: Values): readonly Check[] => {
  const { output_float64: outputs, grad_float64: gradients = 0 } = c.tolerance;
  const found = exactOutputs(w, values);
  const compared = outputChecks(w, values, found, 'float64 outputs', outputs);
  if (values.loss === undefined) return compared;
  if (w.training !== true)
    return [
      ...compared,
      ...gradientChecks(values, exactGradients(w, values, found), 'float64 gradients', gradients),
    ];
  const some = gradientsAtPlaces(w, values).flatMap(({ of, name, index, value }): readonly Check[] => {
    const gradient = values.gradients.find((one) => one.of === of && one.name === name);
    if (gradient === undefined) return [];
    const { at, expected } = gradient;
    const size = Math.max(1e-3, maxAbs(expected.data));
    const error = Math.abs(value - expected.data[index]) / size;
    return [{ kind: 'float64 gradients', at: `${at}[${index}]`, error, limit: differences }];
  });
  return [...compared, ...some];
};

const floatChecks = (
  c: ZooCase,
  w: Written,
  values: Values,
  { outputs, gradients }: Answer,
  how: 'op by op' | 'fused',
): readonly Check[] => {
  const { phases_float32_with_rescaling: phases = 0, output_float32: limit = phases } = c.tolerance;
  return [
    ...outputChecks(w, values, outputs, `${how} outputs`, limit),
    ...(gradients === undefined
      ? []
      : gradientChecks(values, gradients, `${how} gradients`, c.tolerance.grad_float32 ?? 0)),
  ];
};

/**
 * Runs a case by its model and its settings; its name only appears in the report. An unknown model or setting
 * makes it unsupported.
 *
 * **Errors** DecodeError if an array is missing or of another shape, or would be compared with nothing.
 */
export const runZooCase = (engine: Engine, c: ZooCase): Effect<CaseReport> => {
  const model = zooModels[c.model];
  if (model === undefined) return TE.right(reportUnsupported(c.name, `the model '${c.model}' is not known`));
  const written = model(c);
  if (E.isLeft(written)) return TE.right(reportUnsupported(c.name, errorMessage(written.left)));
  const w = written.right;
  return pipe(
    TE.fromEither(valuesOf(c, w)),
    TE.flatMap((values) =>
      TE.tryCatch(async (): Promise<CaseReport> => {
        const fused = engine.fused ? fusedAnswer(engine, w, values) : null;
        const report = reportCase(c.name, [
          ...exactChecks(c, w, values),
          ...floatChecks(c, w, values, opByOpAnswer(engine, w, values), 'op by op'),
          ...(fused === null ? [] : floatChecks(c, w, values, fused, 'fused')),
        ]);
        return engine.fused && fused === null
          ? { ...report, why: 'fused kernels do not compute all of it' }
          : report;
      }, defect),
    ),
  );
};
