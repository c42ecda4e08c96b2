/** A tiny parity case: an engine against arrays of the original where a checkout has them, else against float64. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Effect } from '../../base/error.js';
import { stream } from '../../base/random.js';
import { initialParameters } from '../../compile/parameters.js';
import {
  type Arrays,
  ndarray,
  numericalGradient,
  parameterArrays,
  randomCoordinates,
  runReference,
} from '../../compile/reference/index.js';
import { withSession } from '../../compile/tfjs/session/with-session.js';
import type { Engine } from '../../engine/index.js';
import { buildModel, modelNamed } from '../../models/catalogue.js';
import { type Check, passes, relativeError } from '../parity/check.js';
import { runParity } from '../parity/index.js';
import type { Agreement } from './messages.js';

/** A Neural Wave Machine of the original with its waves, logits, loss, scores and gradients. */
const original = 'nwm_linear_smaller4';
const folder = fileURLToPath(new URL('../../../fixtures/parity', import.meta.url));

const asAgreement = (against: string, { kind, at, error, limit }: Check): Agreement => ({
  against,
  at: kind === at ? kind : `${kind}, ${at}`,
  error: Number.isFinite(error) ? error : null,
  limit,
  holds: passes({ error, limit }),
});

/** The check that is nearest to its limit. A count, whose limit is 0, is nearest if it differs at all. */
const nearest = (checks: readonly Check[]): Check | null => {
  const share = ({ error, limit }: Check): number =>
    passes({ error, limit }) ? (limit === 0 ? 0 : error / limit) : Number.POSITIVE_INFINITY;
  return checks.reduce<Check | null>(
    (most, one) => (most === null || share(one) > share(most) ? one : most),
    null,
  );
};

const nothing = (against: string): Agreement => ({
  against,
  at: 'nothing was compared',
  error: null,
  limit: 0,
  holds: false,
});

const agreementOf = (against: string, checks: readonly Check[]): Agreement => {
  const found = nearest(checks);
  return found === null ? nothing(against) : asAgreement(against, found);
};

/** **Errors** as `runParity`. */
const withOriginal = ({ name, fused }: Engine): Effect<Agreement> =>
  pipe(
    runParity(folder, { engine: name, fused, case: original }),
    TE.map(({ cases }) =>
      agreementOf(
        `arrays of the original (${original})`,
        cases.flatMap(({ worst }) => worst),
      ),
    ),
  );

const sizes = { height: 6, width: 6, channels: 3, classes: 3 };
const settings = { steps: 5, mid: 3, hidden: [4], readout: 'linear' };
const images = 2;
const pixels = images * sizes.height * sizes.width;

/** The mean cross-entropy over all pixels. */
const lossOf =
  (labels: Uint8Array) =>
  ({ logits: { data } }: Arrays): number => {
    let sum = 0;
    for (let at = 0; at < pixels; at++) {
      const own = data.slice(at * sizes.classes, (at + 1) * sizes.classes);
      sum += Math.log(own.reduce((total, x) => total + Math.exp(x), 0)) - own[labels[at]];
    }
    return sum / pixels;
  };

/** Limits are those of the arrays of the original: waves 1e-5, logits 2e-5, loss 1e-5, gradients 2e-4. */
const withReference = (engine: Engine): Effect<Agreement> =>
  pipe(
    TE.fromEither(modelNamed('nwm', settings)),
    TE.flatMapEither((spec) => buildModel(spec, sizes)),
    TE.flatMap((program) => {
      const random = stream(0, 'doctor');
      const parameters = initialParameters(program.graph, 0);
      const shape = [images, sizes.height, sizes.width, sizes.channels];
      const image = Float32Array.from({ length: pixels * sizes.channels }, random.uniform);
      const labels = Uint8Array.from({ length: pixels }, () => Math.floor(sizes.classes * random.uniform()));
      const exact = {
        batch: images,
        inputs: { image: ndarray(shape, [...image]) },
        parameters: parameterArrays(program, parameters),
      };
      const { outputs } = runReference(program, exact);
      const loss = lossOf(labels);
      const places = randomCoordinates(program, images, 12, 0).filter(({ of }) => of === 'parameters');
      const slopes = numericalGradient(program, loss, exact, places);
      return withSession(engine, program, parameters, async (session) => {
        const samples = { count: images, inputs: { image } };
        const found = await session.infer(samples, ['waves', 'logits']);
        const trained = await session.gradients({ ...samples, labels }, [images]);
        return agreementOf('the reference in float64', [
          {
            kind: 'waves',
            at: 'waves',
            error: relativeError(found.outputs.waves, outputs.waves.data),
            limit: 1e-5,
          },
          {
            kind: 'logits',
            at: 'logits',
            error: relativeError(found.outputs.logits, outputs.logits.data),
            limit: 2e-5,
          },
          { kind: 'loss', at: 'loss', error: relativeError([trained.loss], [loss(outputs)]), limit: 1e-5 },
          {
            kind: 'gradients',
            at: `${places.length} places`,
            error: relativeError(
              places.map(({ name, index }) => trained.gradients[name][index]),
              slopes,
            ),
            limit: 2e-4,
          },
        ]);
      });
    }),
  );

/**
 * Compares an open engine with its reference: a forward and a backward pass of a small Neural Wave Machine.
 *
 * @param isCheckout whether the arrays of the original are there; the package does not contain them
 *
 * **Errors** FileError and DecodeError if the arrays are damaged; errors of the engine.
 */
export const agreement = (
  engine: Engine,
  isCheckout = existsSync(`${folder}/manifest.json`),
): Effect<Agreement> => (isCheckout ? withOriginal : withReference)(engine);
