/**
 * The systems by name: from a name and settings to a program, an interesting initial state, and a view.
 *
 * A system is a Program. Its inputs are the initial values of its fields, driving sequences and coefficients. Its
 * outputs are the sequences of the fields, [steps, ...field], under the fields' names.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as t from 'io-ts';
import { byName, decodeWith } from '../../base/codec.js';
import { type Checked, type DrumheadError, unknownName } from '../../base/error.js';
import { type Program, tryProgram } from '../../dsl/index.js';
import { akorn } from './akorn.js';
import { cornn } from './cornn.js';
import { cvRnn } from './cv-rnn.js';
import { fitzHughNagumo } from './fitzhugh-nagumo.js';
import { ginzburgLandau } from './ginzburg-landau.js';
import { graphcon } from './graphcon.js';
import { hgru } from './hgru.js';
import { horn } from './horn.js';
import { kuramoto } from './kuramoto.js';
import { linoss } from './linoss.js';
import { nca } from './nca.js';
import { nwmCore } from './nwm-core.js';
import { type SystemName, type SystemSpec, systemCodecs } from './specs.js';
import { unicornn } from './unicornn.js';
import { wave } from './wave.js';
import { waveRnn } from './wave-rnn.js';
import { wilsonCowan } from './wilson-cowan.js';
import { wonn } from './wonn.js';

const isSystemName = (name: string): name is SystemName => Object.hasOwn(systemCodecs, name);

/**
 * The names of all systems.
 *
 * @example
 * systemNames.includes('kuramoto'); // => true
 */
export const systemNames: readonly SystemName[] = Object.keys(systemCodecs).filter(isSystemName);

/**
 * The codec of systems: omitted settings take their defaults; unknown ones are refused.
 *
 * @example
 * pipe(systemCodec.decode({ name: 'linoss', length: 8 }), E.map(({ steps }) => steps)); // => E.right(256)
 */
export const systemCodec: t.Type<SystemSpec, SystemSpec, unknown> = byName<SystemSpec>(
  'system',
  systemCodecs,
);

/**
 * The system of this name with these settings.
 *
 * **Errors** UnknownName with the nearest known name; DecodeError for an invalid setting.
 *
 * @example
 * E.isRight(systemNamed('wave', { height: 8, width: 8 })); // => true
 * E.mapLeft(errorMessage)(systemNamed('kuramto'));
 * // => E.left("unknown system 'kuramto'; did you mean 'kuramoto'? Known: wave, nwm-core, cornn, wave-rnn, linoss, kuramoto and 11 more")
 */
export const systemNamed = (
  name: string,
  settings: Readonly<Record<string, unknown>> = {},
): Checked<SystemSpec> =>
  isSystemName(name)
    ? decodeWith(systemCodec, name)({ ...settings, name })
    : E.left(unknownName('system', name, systemNames));

/**
 * The program of a system.
 *
 * **Errors** ProgramError if its sizes do not fit, such as a kernel that is wider than a small torus.
 *
 * @example
 * const wave8 = pipe(systemNamed('wave', { height: 8, width: 8, steps: 3 }), E.flatMap(buildSystem));
 * pipe(wave8, E.map(signature)); // => E.right('y [8,8,1], z [8,8,1] → y [3,8,8,1], z [3,8,8,1]')
 */
export const buildSystem = (spec: SystemSpec): Checked<Program> =>
  pipe(
    tryProgram((): Program => write(spec)),
    E.mapLeft((error): DrumheadError => error),
  );

const write = (spec: SystemSpec): Program => {
  switch (spec.name) {
    case 'wave':
      return wave(spec);
    case 'nwm-core':
      return nwmCore(spec);
    case 'cornn':
      return cornn(spec);
    case 'wave-rnn':
      return waveRnn(spec);
    case 'linoss':
      return linoss(spec);
    case 'kuramoto':
      return kuramoto(spec);
    case 'akorn':
      return akorn(spec);
    case 'horn':
      return horn(spec);
    case 'unicornn':
      return unicornn(spec);
    case 'graphcon':
      return graphcon(spec);
    case 'wonn':
      return wonn(spec);
    case 'cv-rnn':
      return cvRnn(spec);
    case 'hgru':
      return hgru(spec);
    case 'nca':
      return nca(spec);
    case 'wilson-cowan':
      return wilsonCowan(spec);
    case 'fitzhugh-nagumo':
      return fitzHughNagumo(spec);
    case 'ginzburg-landau':
      return ginzburgLandau(spec);
  }
};
