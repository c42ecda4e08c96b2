/** Every system of the lab: its title, its look, and a control for each of its settings. */

import type { SystemName } from '../../../src/models/systems/specs.js';

/** A numeric setting; `logarithmic` settings have finer steps near zero. */
export interface Numbers {
  readonly kind: 'number';
  readonly name: string;
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly value: number;
}
/** A setting with a list of words to choose from. */
export interface Words {
  readonly kind: 'words';
  readonly name: string;
  readonly label: string;
  readonly words: readonly string[];
  readonly value: string;
}
export type Setting = Numbers | Words;

export type LabName = SystemName | 'drum';

export interface LabSystem {
  readonly name: LabName;
  readonly title: string;
  readonly about: string;
  readonly settings: readonly Setting[];
  /** Its grid is a line, shown over time. */
  readonly line: boolean;
  /** Steps for each picture. */
  readonly pace: number;
}

const number = (
  name: string,
  label: string,
  value: number,
  from: number,
  to: number,
  step: number,
): Numbers => ({ kind: 'number', name, label, from, to, step, value });
const words = (name: string, label: string, value: string, ...all: readonly string[]): Words => ({
  kind: 'words',
  name,
  label,
  words: all,
  value,
});

const size = (value = 64) => number('size', 'sites a side', value, 16, 128, 16);
const dt = (value: number, to: number) => number('dt', 'time step h', value, to / 200, to, to / 200);
const edge = (value = 'circular') => words('boundary', 'edge', value, 'circular', 'zero', 'reflect');
const starts = ['laplacian', 'identity', 'zeros', 'pytorch', 'glorot'];
const init = (value = 'laplacian', name = 'init', label = 'coupling starts as') =>
  words(name, label, value, ...starts);
const kernel = number('kernel', 'kernel', 3, 1, 9, 2);
const channels = number('channels', 'channels', 1, 1, 4, 1);
const length = number('length', 'sites', 64, 16, 256, 16);

/** The systems in the order of the page. */
export const labSystems: readonly LabSystem[] = [
  {
    name: 'drum',
    title: 'Drum of any shape',
    about: 'A membrane on the sites that are drawn, with a fixed edge: u_tt = c² ∇²u − α u_t.',
    line: false,
    pace: 2,
    settings: [
      size(),
      dt(0.5, 1),
      number('speed', 'speed c', 1, 0.1, 2, 0.05),
      number('alpha', 'damping α', 0, 0, 0.2, 0.002),
    ],
  },
  {
    name: 'wave',
    title: 'Wave equation',
    about: 'u_tt = c² ∇²u − ω u − α u_t, kick-drift.',
    line: false,
    pace: 2,
    settings: [
      size(),
      dt(0.5, 1),
      number('speed', 'speed c', 1, 0.1, 2, 0.05),
      number('omega', 'restoring term ω', 0, 0, 4, 0.05),
      number('alpha', 'damping α', 0, 0, 0.5, 0.005),
      edge(),
      channels,
    ],
  },
  {
    name: 'nwm-core',
    title: 'Neural Wave Machine',
    about: 'z′ = z + h (tanh(W∗y) − ω y − α z), y′ = y + h z′; paint ω to build its medium.',
    line: false,
    pace: 3,
    settings: [
      size(),
      dt(0.2, 1),
      kernel,
      init(),
      words('activation', 'activation', 'tanh', 'tanh', 'identity'),
      edge(),
      channels,
    ],
  },
  {
    name: 'cornn',
    title: 'coRNN',
    about: 'Coupled oscillators driven at two sites: y″ = tanh(W y + V u) − γ y − ε y′.',
    line: false,
    pace: 3,
    settings: [
      size(),
      dt(0.2, 1),
      number('gamma', 'spring γ', 0.1, -0.5, 4, 0.05),
      number('epsilon', 'damping ε', 0.02, 0, 1, 0.01),
      words('damping', 'damping acts', 'implicit', 'implicit', 'explicit'),
      kernel,
      init(),
      init('zeros', 'velocityInit', 'velocity starts as'),
      edge(),
      channels,
    ],
  },
  {
    name: 'kuramoto',
    title: 'Kuramoto oscillators',
    about: 'θ′ = ω + Σ K sin(θⱼ − θᵢ): phases that fall together, and spirals where they cannot.',
    line: false,
    pace: 1,
    settings: [
      size(),
      dt(0.1, 1),
      number('coupling', 'coupling K', 2, -4, 8, 0.1),
      number('reach', 'reach (0: all)', 6, 0, 12, 1),
      edge(),
    ],
  },
  {
    name: 'akorn',
    title: 'AKOrN',
    about: 'Unit vectors that turn and align: artificial Kuramoto oscillatory neurons.',
    line: false,
    pace: 1,
    settings: [
      size(),
      dt(0.1, 1),
      number('oscillators', 'oscillators a site', 1, 1, 4, 1),
      number('components', 'components', 2, 2, 4, 1),
      number('omega', 'turning ω', 1, 0, 4, 0.1),
      kernel,
      init(),
      edge(),
    ],
  },
  {
    name: 'horn',
    title: 'HORN',
    about: 'Harmonic oscillators slower from left to right, tapped in the middle.',
    line: false,
    pace: 2,
    settings: [
      size(),
      dt(1, 4),
      number('alpha', 'excitability α', 0.1, 0, 1, 0.01),
      number('gamma', 'damping γ', 0.01, 0, 0.2, 0.002),
      number('gain', 'gain', 1, 0, 4, 0.05),
      kernel,
      init(),
      edge(),
      channels,
    ],
  },
  {
    name: 'graphcon',
    title: 'GraphCON',
    about: 'Oscillators of a graph: X″ = relu(S X W + b) − γ X − α X′.',
    line: false,
    pace: 2,
    settings: [
      size(),
      dt(0.5, 3),
      number('alpha', 'damping α', 0, 0, 1, 0.01),
      number('gamma', 'spring γ', 1, 0, 4, 0.05),
      edge(),
      channels,
    ],
  },
  {
    name: 'wonn',
    title: 'WONN',
    about: 'Winfree oscillators: θ′ = ω + cos θ · relu(K ∗ sin θ).',
    line: false,
    pace: 1,
    settings: [size(), dt(0.1, 1), kernel, init('pytorch'), edge(), channels],
  },
  {
    name: 'cv-rnn',
    title: 'cv-RNN',
    about: 'Complex phases on two shapes; sites of one object come to share a phase.',
    line: false,
    pace: 1,
    settings: [
      size(),
      number('strength', 'strength', 2, 0, 8, 0.1),
      number('spread', 'spread', 3, 0.5, 8, 0.1),
      number('reach', 'reach', 5, 1, 7, 1),
      edge('zero'),
    ],
  },
  {
    name: 'hgru',
    title: 'hGRU',
    about: 'Horizontal gated recurrence on two shapes.',
    line: false,
    pace: 1,
    settings: [
      size(),
      kernel,
      number('alpha', 'α', 1, -2, 4, 0.1),
      number('mu', 'μ', 1, -2, 4, 0.1),
      number('kappa', 'κ', 1, -2, 4, 0.1),
      number('omega', 'ω', 1, -2, 4, 0.1),
      edge(),
      channels,
    ],
  },
  {
    name: 'nca',
    title: 'Neural cellular automaton',
    about: 'Cells with a small network each, half of them updated at a time; untrained.',
    line: false,
    pace: 1,
    settings: [
      size(32),
      number('channels', 'channels', 8, 4, 16, 1),
      number('hidden', 'hidden units', 32, 8, 64, 8),
      number('stepSize', 'step', 0.2, 0, 1, 0.02),
      edge(),
    ],
  },
  {
    name: 'wilson-cowan',
    title: 'Wilson–Cowan',
    about: 'Excitation and inhibition in a sheet of cortex; waves and oscillations of activity.',
    line: false,
    pace: 2,
    settings: [
      size(),
      dt(0.1, 2),
      number('tau', 'τ of E', 1, 0.1, 4, 0.1),
      number('tauI', 'τ of I', 1, 0.1, 4, 0.1),
      number('ee', 'E → E', 20.8, 0, 40, 0.2),
      number('ei', 'I → E', 15.6, 0, 40, 0.2),
      number('ie', 'E → I', 30, 0, 40, 0.2),
      number('ii', 'I → I', 6, 0, 40, 0.2),
      number('p', 'input P', -3.575, -10, 10, 0.025),
      number('q', 'input Q', -7.4, -15, 5, 0.1),
      number('widthE', 'width of E', 2, 0.5, 6, 0.1),
      number('widthI', 'width of I', 1, 0.5, 6, 0.1),
      number('reach', 'reach', 4, 1, 7, 1),
      edge(),
    ],
  },
  {
    name: 'fitzhugh-nagumo',
    title: 'FitzHugh–Nagumo',
    about: 'An excitable medium: spirals of firing, started from crossed gradients.',
    line: false,
    pace: 10,
    settings: [
      size(96),
      dt(0.1, 1),
      number('diffusion', 'diffusion D', 0.3, 0, 2, 0.05),
      number('epsilon', 'ε', 0.08, 0, 0.5, 0.01),
      number('a', 'a', 0.7, 0, 1.5, 0.05),
      number('b', 'b', 0.8, 0, 1.5, 0.05),
      number('current', 'current I', 0.2, -0.5, 1.5, 0.05),
      edge('reflect'),
    ],
  },
  {
    name: 'ginzburg-landau',
    title: 'Complex Ginzburg–Landau',
    about: 'A_t = A + (1 + ib) ∇²A − (1 + ic) |A|² A; spirals and turbulence.',
    line: false,
    pace: 5,
    settings: [
      size(96),
      dt(0.05, 0.4),
      number('b', 'b', 0, -3, 3, 0.1),
      number('c', 'c', 1, -3, 3, 0.1),
      edge(),
    ],
  },
  {
    name: 'wave-rnn',
    title: 'Wave-RNN',
    about: 'A line of hidden units on which what was read travels on, one site a step.',
    line: true,
    pace: 1,
    settings: [length, words('activation', 'activation', 'relu', 'relu', 'tanh', 'identity'), channels],
  },
  {
    name: 'linoss',
    title: 'LinOSS',
    about: 'Linear oscillators side by side, stiffer to the right: y″ = −A y + B u.',
    line: true,
    pace: 1,
    settings: [
      length,
      dt(0.1, 1),
      words('discretisation', 'discretisation', 'imex', 'imex', 'implicit'),
      words('form', 'form', 'parallel', 'parallel', 'sequential'),
      channels,
    ],
  },
  {
    name: 'unicornn',
    title: 'UnICORNN',
    about: 'Oscillators side by side, each a Hamiltonian system of its own pace.',
    line: true,
    pace: 1,
    settings: [length, dt(0.5, 4), number('alpha', 'α', 0.9, 0, 4, 0.05), channels],
  },
];

export type Values = Readonly<Record<string, number | string>>;

export const systemOf = (name: string): LabSystem | undefined =>
  labSystems.find((each) => each.name === name);

export const defaultsOf = ({ settings }: LabSystem): Values =>
  Object.fromEntries(settings.map(({ name, value }) => [name, value]));

const numberIn = (values: Values, name: string, other: number): number => {
  const value = values[name];
  return typeof value === 'number' ? value : other;
};

/** The largest stable time step, and the law that gives it. */
export interface Limit {
  readonly dt: number;
  readonly says: string;
  /** Whether values grow without bound beyond it, or stay bounded and are only wrong. */
  readonly grows: boolean;
}

/** h² λ + 2 h α = 4 for h. */
const kickDrift = (stiffness: number, damping: number): number =>
  stiffness <= 0
    ? Number.POSITIVE_INFINITY
    : (-damping + Math.sqrt(damping * damping + 4 * stiffness)) / stiffness;

/**
 * The stability limit of a system with these settings, if it is known in closed form.
 *
 * @param most the largest values of the coefficients that are painted
 */
export const limitOf = (name: LabName, values: Values, most: Values): Limit | undefined => {
  const speed = numberIn(values, 'speed', 1);
  const alpha = numberIn(values, 'alpha', 0);
  switch (name) {
    case 'drum':
      return {
        dt: kickDrift(8 * speed * speed * numberIn(most, 'medium', 1), alpha),
        says: 'stability: h² 8c² + 2hα < 4',
        grows: true,
      };
    case 'wave':
      return {
        dt: kickDrift(8 * speed * speed + numberIn(values, 'omega', 0), alpha),
        says: 'stability: h² (8c² + ω) + 2hα < 4',
        grows: true,
      };
    case 'nwm-core':
      return values.init === 'laplacian'
        ? {
            dt: kickDrift(8 + numberIn(most, 'omega', 0), numberIn(most, 'alpha', 0)),
            says: 'stability: h² (8 + max ω) + 2h max α < 4',
            grows: true,
          }
        : undefined;
    case 'graphcon':
      return {
        dt: kickDrift(numberIn(values, 'gamma', 1), alpha),
        says: 'stability: h² γ + 2hα < 4',
        grows: true,
      };
    case 'horn':
      return {
        dt: kickDrift(numberIn(most, 'omega', 0.4) ** 2, 2 * numberIn(values, 'gamma', 0)),
        says: 'stability: h² max ω² + 4hγ < 4',
        grows: true,
      };
    case 'linoss':
      return values.discretisation === 'imex'
        ? { dt: 2 / 3, says: 'LinOSS eigenvalues: h² max A ≤ 4', grows: true }
        : undefined;
    case 'fitzhugh-nagumo':
      return {
        dt: 1 / Math.max(1e-9, 4 * numberIn(values, 'diffusion', 0.3)),
        says: 'diffusion by Euler: 4 D h < 1',
        grows: true,
      };
    case 'ginzburg-landau':
      return {
        dt: 1 / (4 * (1 + numberIn(values, 'b', 0) ** 2)),
        says: 'diffusion by Euler: 4 (1 + b²) h < 1',
        grows: true,
      };
    case 'wilson-cowan':
      return {
        dt: Math.min(numberIn(values, 'tau', 1), numberIn(values, 'tauI', 1)),
        says: 'bounds: h ≤ τ keeps activities in [0, 1]',
        grows: false,
      };
    case 'kuramoto': {
      const coupling = Math.abs(numberIn(values, 'coupling', 2));
      return coupling === 0
        ? undefined
        : { dt: 1 / coupling, says: 'phases fall together: h K < 1', grows: false };
    }
    default:
      return undefined;
  }
};
