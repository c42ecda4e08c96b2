/** Systems of the catalogue, for the laws. */

import assert from 'node:assert/strict';
import { type System, systemFrom } from 'drumhead/laws';
import * as E from 'fp-ts/lib/Either.js';
import { buildSystem, systemNamed } from '../../src/models/systems/index.js';
import { right } from '../support/either.js';

/** A system of the catalogue, which can be written again for another time step. */
export const named = (name: string, settings: Readonly<Record<string, unknown>> = {}): System => {
  const spec = systemNamed(name, settings);
  if (E.isLeft(spec)) assert.fail(JSON.stringify(spec.left));
  const written = (dt: number | undefined) => {
    const made = buildSystem(dt !== undefined && 'dt' in spec.right ? { ...spec.right, dt } : spec.right);
    return right(made);
  };
  return systemFrom('dt' in spec.right ? ({ dt }) => written(dt) : written(undefined));
};
