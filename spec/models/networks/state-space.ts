/** Cases of linear oscillators: LinOSS and D-LinOSS. */

import { at, program, transpose } from '../../../src/dsl/index.js';
import { type LinossLayerOptions, linossLayer } from '../../../src/models/networks/index.js';
import { forEach } from './arrays.js';
import { input, output, param, type Source, type Written } from './written.js';
import type { ZooCase } from './zoo.js';

const layerOf = (ours: string, theirs: string, pace: string): Readonly<Record<string, Source>> => ({
  [`${ours}stiffness`]: param(`${theirs}A_diag`),
  [`${ours}pace`]: param(`${theirs}${pace}`),
  [`${ours}input`]: param(`${theirs}B`),
  [`${ours}output`]: param(`${theirs}C`),
  [`${ours}skip`]: param(`${theirs}D`),
});

export const linossCase =
  (discretisation: NonNullable<LinossLayerOptions<number>['discretisation']>) =>
  (c: ZooCase): Written => {
    const { T, oscillators, features } = c.hyper;
    const damped = discretisation.startsWith('damped');
    return {
      program: program({ u: [T, features] }, ({ u }) => {
        const { y, z, ...rest } = linossLayer({ oscillators, discretisation })(u);
        const [ys, zs] = [transpose(2, 0, 1)(y), transpose(2, 0, 1)(z)];
        return { yr: at(ys, 0), yi: at(ys, 1), zr: at(zs, 0), zi: at(zs, 1), ...rest };
      }),
      inputs: { u: input('u') },
      parameters: {
        ...layerOf('linoss1/', '', damped ? 'dt' : 'steps'),
        ...(damped ? { 'linoss1/damping': param('G_diag') } : {}),
      },
      outputs: {
        y_real: output('yr'),
        y_imag: output('yi'),
        z_real: output('zr'),
        z_imag: output('zi'),
        output: output('output'),
        A: output('stiffness', forEach(c.hyper.B)),
        dt: output('pace', forEach(c.hyper.B)),
      },
      left: damped ? { G: 'the relu of a parameter' } : {},
    };
  };
