/** Rooms whose docstrings are run, and what their examples may take for granted. */

export interface Room {
  readonly folder: string;
  /** The module that a user imports; without one, every file by itself. */
  readonly index?: string;
  /** Further imports, as lines of code. Paths begin at `src`. */
  readonly imports: readonly string[];
  /** Declarations that stand before every example. */
  readonly samples: readonly string[];
}

export const rooms: readonly Room[] = [
  {
    folder: 'src/dsl',
    index: 'src/dsl/index.ts',
    imports: [
      "import * as E from 'fp-ts/lib/Either.js';",
      "import { pipe } from 'fp-ts/lib/function.js';",
      "import { errorMessage } from 'src/base/error.js';",
    ],
    samples: [
      'const dt = 0.1;',
      "const image = parameter('image', [64, 64, 3], { init: { normal: 1 } });",
      "const y = parameter('y', [64, 64, 2], { init: { normal: 1 } });",
      "const z = parameter('z', [64, 64, 2], { init: { normal: 1 } });",
      "const line = parameter('line', [128, 4], { init: { normal: 1 } });",
      "const sequence = parameter('sequence', [100, 64, 64, 2], { init: { normal: 1 } });",
      "const features = parameter('features', [64, 64, 102], { init: { normal: 1 } });",
    ],
  },
  { folder: 'src/base', imports: [], samples: [] },
  {
    folder: 'src/models/systems',
    index: 'src/models/systems/index.ts',
    imports: [
      "import * as E from 'fp-ts/lib/Either.js';",
      "import { pipe } from 'fp-ts/lib/function.js';",
      "import { errorMessage } from 'src/base/error.js';",
      "import { select, signature } from 'src/dsl/index.js';",
    ],
    samples: [],
  },
  {
    folder: 'src/models/networks',
    index: 'src/models/networks/index.ts',
    imports: [
      "import { pipe } from 'fp-ts/lib/function.js';",
      "import { at, conv, fill, ones, parameter, relu, scale, scope, type Tensor, zeros } from 'src/dsl/index.js';",
    ],
    samples: [
      "const stimulus = parameter('stimulus', [100, 3], { init: { normal: 1 } });",
      "const image = parameter('image', [64, 64, 3], { init: { normal: 1 } });",
      "const y = parameter('y', [64, 64, 2], { init: { normal: 1 } });",
      "const z = parameter('z', [64, 64, 2], { init: { normal: 1 } });",
    ],
  },
  {
    folder: 'src/compile/transform',
    index: 'src/compile/transform/index.ts',
    imports: [
      "import { add, dense, implicitMidpoint, ones, program, scale, signature, sin, square, sum, type Tensor, tanh, zeros } from 'src/dsl/index.js';",
    ],
    samples: [],
  },
  {
    folder: 'src/laws',
    index: 'src/laws/index.ts',
    imports: [
      "import fc from 'fast-check';",
      "import * as E from 'fp-ts/lib/Either.js';",
      "import { pipe } from 'fp-ts/lib/function.js';",
      "import * as TE from 'fp-ts/lib/TaskEither.js';",
      "import { add, program, scale, scan, signature, square, sub, tanh } from 'src/dsl/index.js';",
      "import { openEngine } from 'src/engine/index.js';",
      "import { decodeExperiment } from 'src/experiments/experiment.js';",
      "import { buildModel, decodeModel } from 'src/models/catalogue.js';",
    ],
    samples: [
      'const still = program({ y: [4, 4, 1], z: [4, 4, 1] }, ({ y, z }) =>',
      '  scan({',
      '    steps: 4,',
      '    init: { y, z },',
      '    step: (s) => {',
      '      const z1 = sub(s.z, scale(0.1, s.y));',
      '      return { y: add(s.y, scale(0.1, z1)), z: z1 };',
      '    },',
      '    observe: (s) => s,',
      '  }),',
      ');',
      'const system = systemOf(still);',
    ],
  },
  {
    folder: 'src/laws/arbitraries',
    index: 'src/laws/arbitraries/index.ts',
    imports: [
      "import fc from 'fast-check';",
      "import * as E from 'fp-ts/lib/Either.js';",
      "import { signature } from 'src/dsl/index.js';",
      "import { decodeExperiment } from 'src/experiments/experiment.js';",
      "import { buildModel, decodeModel } from 'src/models/catalogue.js';",
    ],
    samples: [],
  },
];
