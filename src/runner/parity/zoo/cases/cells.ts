/** Cases of cells on a grid: hGRU, NCA, DT-net, cv-RNN. */

import * as t from 'io-ts';
import { record, where } from '../../../../base/codec.js';
import { ndarray } from '../../../../compile/reference/index.js';
import {
  add,
  convolveWith,
  gather,
  groupNorm,
  instanceNorm,
  last,
  layer,
  parameterOf,
  program,
  scale,
  type Tensor,
  transpose,
} from '../../../../dsl/index.js';
import {
  cvRnnLayer,
  dtNetLayer,
  growingCells,
  hgruLayer,
  hgruOfTwo,
  textureCells,
} from '../../../../models/networks/index.js';
import { chained, flat, turned } from '../layout.js';
import {
  angle,
  field,
  fields,
  input,
  kernel,
  model,
  output,
  param,
  pointwise,
  type Source,
} from '../written.js';
import { batch, number, pair, size } from './hyper.js';

const growingHyper = record('hyper', {
  ...batch,
  C: size,
  hidden: size,
  H: size,
  W: size,
  T: size,
  angle: number,
  step_size: number,
  // The mask of firing cells is an array either way.
  masked: t.boolean,
});

export const growing = model(growingHyper, ({ C, hidden, H, W, T, angle: turn, step_size: stepSize }) => {
  return {
    program: program({ x0: [H, W, C], masks: [T, H, W, 1] }, ({ x0, masks }) => {
      const states = growingCells({ channels: C, hidden, angle: turn, stepSize })(x0, masks);
      return { ...states, end: last(states.x) };
    }),
    inputs: { x0: input('x0'), masks: input('update_mask', turned('tbhwc->bthwc')) },
    parameters: Object.fromEntries(
      ['dense1', 'dense2'].flatMap((name) => [
        [`${name}/weight`, param(`${name}.weight`)],
        [`${name}/bias`, param(`${name}.bias`)],
      ]),
    ),
    outputs: {
      x_all: output('x', turned('tbhwc->bthwc')),
      alive_all: output('alive', turned('tbhwc->bthwc')),
      x_final: output('end'),
    },
    left: { perception_first: 'within the step' },
  };
});

const textureHyper = record('hyper', {
  ...batch,
  C: size,
  hidden: size,
  H: size,
  W: size,
  T: size,
  masked: t.boolean,
});

export const texture = model(textureHyper, ({ C, hidden, H, W, T }) => {
  return {
    program: program({ x0: [H, W, C], masks: [T, H, W, 1] }, ({ x0, masks }) => {
      const x = textureCells({ channels: C, hidden })(x0, masks);
      return { x, end: last(x) };
    }),
    inputs: { x0: input('x0', field), masks: input('update_mask', fields) },
    parameters: {
      ...pointwise('dense1', 'w1'),
      'dense2/weight': param('w2.weight', turned('oihw->io')),
    },
    outputs: { x_all: output('x', fields), x_final: output('end', field) },
    left: { perception_first: 'within the step' },
  };
});

const filled = (n: number, value: number) => ndarray([n], new Float64Array(n).fill(value));

const dtNetHyper = record('hyper', {
  ...batch,
  width: size,
  in_channels: size,
  H: size,
  W: size,
  iterations: size,
  recall: t.boolean,
  group_norm: t.boolean,
});

export const dtNet = model(
  dtNetHyper,
  ({ width, in_channels: channels, H, W, iterations, recall, group_norm: normed }) => {
    // The blocks come after the convolution of the recall, if there is one.
    const blocks = `recur_block.${recall ? 1 : 0}`;
    const names = {
      begin: 'projection.0',
      ...(recall ? { recall: 'recur_block.0' } : {}),
      block0a: `${blocks}.0.conv1`,
      block0b: `${blocks}.0.conv2`,
      block1a: `${blocks}.1.conv1`,
      block1b: `${blocks}.1.conv2`,
      head0: 'head.0',
      head1: 'head.2',
      head2: 'head.4',
    };
    return {
      program: program({ x: [H, W, channels] }, ({ x }) => {
        const { thought, output: answers } = dtNetLayer({
          width,
          steps: iterations,
          recall,
          ...(normed ? { norm: groupNorm(4) } : {}),
        })(x);
        return { thought, answers, end: last(answers) };
      }),
      inputs: { x: input('x', field) },
      parameters: Object.fromEntries(
        Object.entries(names).map(([ours, theirs]) => [`${ours}/weight`, param(`${theirs}.weight`, kernel)]),
      ),
      ...(normed
        ? { constants: { 'groupNorm1/scale': filled(width, 1), 'groupNorm1/shift': filled(width, 0) } }
        : {}),
      outputs: {
        thought_all: output('thought', fields),
        output_all: output('answers', turned('btchw->bthwc')),
        output_final: output('end', field),
      },
    };
  },
);

const gains = (names: readonly string[]): Readonly<Record<string, Source>> =>
  Object.fromEntries(names.map((name) => [`gain/${name}`, param(name, flat)]));

const hgruHyper = record('hyper', { ...batch, C: size, H: size, W: size, T: size, kernel: size });

/** The circuit of the first paper. */
export const hgruOfTheFirst = model(hgruHyper, ({ C, H, W, T, kernel: side }) => {
  const self = layer('horizontal', 'horizontal');
  const shared = (x: Tensor<readonly [number, number, number]>) => {
    const weight = parameterOf(self, 'weight', [side, side, C, C], { init: 'zeros' });
    // The authors make the gradient of the kernel symmetric.
    const symmetric = scale(0.5, add(weight, transpose(0, 1, 3, 2)(weight)));
    return convolveWith(x, symmetric, 'zero');
  };
  const eta = parameterOf(layer('eta', 'eta'), 'value', [T], { init: 'zeros' });
  return {
    program: program({ x: [H, W, C], start: [H, W, C] }, ({ x, start }) => {
      const states = hgruOfTwo({ channels: C })(x, start, eta)({ inhibition: shared, excitation: shared });
      return { ...states, end: last(states.h) };
    }),
    inputs: { x: input('x'), start: input('h2_0') },
    parameters: {
      'horizontal/weight': param('horizontal'),
      'gate1/weight': param('gain', turned('hwio->io')),
      'gate1/bias': param('gain_bias'),
      'gate2/weight': param('mix', turned('hwio->io')),
      'gate2/bias': param('mix_bias'),
      ...gains(['alpha', 'mu', 'gamma', 'kappa', 'omega']),
      'eta/value': param('eta'),
    },
    outputs: {
      h1_all: output('h1', turned('tbhwc->bthwc')),
      h2_all: output('h', turned('tbhwc->bthwc')),
      h2_final: output('end'),
    },
  };
});

export const hgru = model(hgruHyper, ({ B, C, H, W, T, kernel: side }) => {
  // The norms use statistics of the batch, so the whole batch is one sample here: a volume whose slices do
  // not interact.
  const spread = (name: string) => {
    const [self, norm] = [layer(name, name), instanceNorm({ epsilon: 1e-3, name: `${name}-norm` })];
    return (x: Tensor<readonly [number, number, number, number]>) => {
      const weight = parameterOf(self, 'weight', [1, side, side, C, C], { init: 'zeros' });
      return norm(convolveWith(x, weight, 'zero'));
    };
  };
  const maps = { inhibition: spread('inhibition'), excitation: spread('excitation') };
  const batch = chained(field, turned('bhwc->sbhwc'));
  const states = chained(turned('tbchw->tbhwc'), turned('tbhwc->stbhwc'));
  const map = (ours: string, theirs: string, norm: string) => ({
    [`${ours}/weight`]: param(theirs, turned('oihw->dhwio')),
    [`${ours}-norm/scale`]: param(`${norm}.weight`),
    [`${ours}-norm/shift`]: param(`${norm}.bias`),
  });
  return {
    program: program({ drive: [B, H, W, C], start: [B, H, W, C] }, ({ drive, start }) => {
      const { h, gate } = hgruLayer({ channels: C, steps: T })(drive, start)(maps);
      return { h, gate, end: last(h) };
    }),
    batch: 1,
    inputs: { drive: input('drive', batch), start: input('h0', batch) },
    parameters: {
      ...pointwise('gate1', 'u1_gate'),
      ...pointwise('gate2', 'u2_gate'),
      ...map('inhibition', 'w_gate_inh', 'bn.1'),
      ...map('excitation', 'w_gate_exc', 'bn.3'),
      ...gains(['alpha', 'mu', 'kappa', 'gamma', 'w']),
    },
    outputs: { h_all: output('h', states), gate_all: output('gate', states), h_final: output('end', batch) },
  };
});

const cvRnnHyper = where(
  record('hyper', {
    rows: size,
    cols: size,
    alpha: pair(number),
    sigma: pair(number),
    nt: pair(size),
    // A setting of the similarities, which are computed after the network.
    window_size: size,
    window_step: size,
    window_starts: t.readonlyArray(size),
  }),
  ({ nt: [first, second] }) =>
    2 < first && first < second ? null : 'nt should be two steps, the second later',
);

export const cvRnn = model(cvRnnHyper, ({ rows, cols, alpha, sigma, nt }) => {
  const [first, second] = nt;
  const steps = nt;
  return {
    program: program({ image: [rows, cols], initial: [rows * cols] }, ({ image, initial }) => {
      const { phase, amplitude, mask } = cvRnnLayer({ rows, columns: cols, alpha, sigma, steps })(
        image,
        initial,
      );
      // The amplitudes begin with the second step.
      return { phase, mask, kept: gather(0, [0, first - 2, first - 1, second - 2])(amplitude) };
    }),
    batch: 1,
    inputs: { image: input('image', turned('hw->bhw')), initial: input('initial_phase', turned('n->bn')) },
    parameters: {},
    outputs: {
      phase_all: angle('phase', turned('tn->btn')),
      mask: output('mask', turned('n->bn')),
      log_amplitude_all: output('kept', turned('tn->btn')),
    },
    left: Object.fromEntries(
      ['kernel_layer1_row0', 'kernel_layer2_row0_before_mask', 'kernel_layer1_row_mid']
        .map((name) => [name, 'constants of the program'])
        .concat(
          ['similarity_real', 'similarity_imag', 'similarity_eigenvalues'].map((name) => [
            name,
            'made of the phases, after the network',
          ]),
        ),
    ),
  };
});
