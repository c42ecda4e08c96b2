/** docs/zoo.md: each published network, its source file, and its score on a task of its paper. */

import { kinds, zooName } from '../../src/experiments/zoo.js';
import { zooFigures } from './zoo-figures.js';

/** A network of the zoo. */
interface Entry {
  readonly title: string;
  readonly paper: string;
  readonly equation: string;
  /** The system by this name: `drumhead play NAME`, `drumhead laws NAME`. */
  readonly system: string;
  /** The layer of `drumhead/networks`. */
  readonly layer: string;
  /** The file of the layer, without its ending. */
  readonly file: string;
  readonly experiment: string;
  readonly published: string;
  /** How our protocol differs. */
  readonly differs: string;
}

/** The networks, each with one experiment of the catalogue. */
export const zooEntries: readonly Entry[] = [
  {
    title: 'HORN',
    paper: 'Effenberger, Carvalho, Dubinin & Singer 2025',
    equation: "y' = y + h (alpha tanh(W s + b + g (R y + c)) - omega^2 x - 2 gamma y), x' = x + h y'",
    system: 'horn',
    layer: 'hornLayer',
    file: 'horn',
    experiment: 'sequential-mnist/horn',
    published: 'sequential MNIST, 99.5 % for HORN and LEM',
    differs:
      '64 units and 4,938 parameters; fixed frequencies, geometric from 112 to 7 steps a period; 12 epochs of 51,000 digits, 9,000 kept for validation',
  },
  {
    title: 'coRNN',
    paper: 'Rusch & Mishra 2021, arXiv 2010.00951, eq. 3',
    equation: "z' = z + h (tanh(W y + Wz z + V u + b) - gamma y - epsilon z), y' = y + h z'",
    system: 'cornn',
    layer: 'cornnLayer',
    file: 'cornn',
    experiment: 'zoo/regression/cornn',
    published:
      'sequential MNIST 99.3 %, permuted 96.6 % (256 units); of the adding problem curves of the error',
    differs:
      'the adding problem of 50 steps, 32 units, 4,096 sequences and 10 epochs; answering 1 has the error 0.167',
  },
  {
    title: 'UnICORNN',
    paper: 'Rusch & Mishra 2021, arXiv 2103.05487',
    equation: "z' = z - h sigmoid(c) (tanh(w y + V u + b) + alpha y), y' = y + h sigmoid(c) z'",
    system: 'unicornn',
    layer: 'unicornnLayer',
    file: 'unicornn',
    experiment: 'zoo/sequence-class/unicornn',
    published: 'its figures of permuted sequential MNIST are not at hand here, so none is given',
    differs:
      'sequential MNIST of 14 x 14 pixels, not permuted; two layers of 32 units, 2,048 digits and 10 epochs',
  },
  {
    title: 'Wave-RNN',
    paper: 'Keller, Muller, Sejnowski & Welling 2024, arXiv 2309.08045, eq. 3',
    equation: "h' = relu(w * h + b + V u + c)",
    system: 'wave-rnn',
    layer: 'waveRnnLayer',
    file: 'wave-rnn',
    experiment: 'zoo/regression/wave-rnn',
    published:
      'the adding problem of 100 steps is solved after 300 iterations (100 sites, 10.29k parameters)',
    differs:
      '50 steps, a ring of 16 sites and 3 channels with 223 parameters, all of whose sites hear the input; answering 1 has the error 0.167',
  },
  {
    title: 'LinOSS',
    paper: 'Rusch & Rus 2024, arXiv 2410.03943, eqs. 5 and 6',
    equation: "z' = z + h (B u - A y), y' = y + h z', A = relu(stiffness), h = sigmoid(pace)",
    system: 'linoss',
    layer: 'linossLayer',
    file: 'linoss',
    experiment: 'zoo/sequence-class/linoss',
    published: 'classes of long sequences of the UEA archive, which is not here, so no figure is comparable',
    differs: 'sequential MNIST of 14 x 14 pixels; one block of 24 oscillators, 2,048 digits and 10 epochs',
  },
  {
    title: 'WONN',
    paper: 'arXiv 2605.20922',
    equation: "theta' = wrap(theta + gamma (omega + S(theta) relu(N(C I(theta)))))",
    system: 'wonn',
    layer: 'wonnLayer',
    file: 'wonn',
    experiment: 'zoo/path-finding/wonn',
    published:
      'Maze-hard (30 x 30 rooms, paths over 110), 76.2 % of mazes without a wrong pixel (0.4 M parameters)',
    differs:
      'mazes of 9 x 9 squares; the plain sine and cosine, a convolution for attention, 20 steps, 1,024 mazes and 8 epochs; the score is over pixels',
  },
  {
    title: 'AKOrN',
    paper: 'Miyato, Lowe, Geiger & Welling 2024, arXiv 2410.13821, eq. 2',
    equation: "x' = v / |v|, v = x + gamma (Omega x + y - <y, x> x), y = J x + c",
    system: 'akorn',
    layer: 'akornLayer',
    file: 'akorn',
    experiment: 'zoo/segmentation/akorn',
    published:
      'objects are found without labels, by another score; Maze-hard 36.2 % (1 M parameters, as WONN reports)',
    differs: 'Tetrominoes of our own with a label for each pixel, 16 x 16, 12 steps, 768 images and 8 epochs',
  },
  {
    title: 'hGRU',
    paper: 'Linsley, Kim, Veerabadran, Windolf & Serre 2018, arXiv 1805.08315',
    equation:
      "h1 = tanh(x - (alpha h + mu) W * (h s(U1 h))), h' = g h + (1 - g) tanh(kappa (h1 + e) + omega h1 e)",
    system: 'hgru',
    layer: 'hgruOfTwo',
    file: 'hgru',
    experiment: 'zoo/pathfinder/hgru',
    published:
      'Pathfinder: one layer matches or outperforms all feedforward networks that were tried; people 89 %',
    differs:
      'asked are the pixels of the contour of the first mark, on 24 x 24 pixels with contours of 6 dashes and 2,048 images, where the paper asks whether both marks are on one contour, on 300 x 300 and a million; 12 steps, a kernel of 5 x 5. With 2 steps the same training ends at 0.320. Asked as in the paper, with 4,096 images, it learns nothing: 49.3 %, where chance is 50 %',
  },
  {
    title: 'Neural cellular automaton',
    paper: 'Mordvintsev, Randazzo, Niklasson & Levin 2020; Niklasson et al. 2021',
    equation: "x' = x + m mlp(x, its slopes and its Laplacian)",
    system: 'nca',
    layer: 'textureCells',
    file: 'nca',
    experiment: 'zoo/image-class/nca',
    published:
      'self-classifying digits (Randazzo et al. 2020), whose figure is not at hand here, so none is given',
    differs:
      '10 x 10 pixels, the mean over all pixels is asked, all cells change at each of 10 steps, 2,048 digits',
  },
  {
    title: 'GraphCON',
    paper: 'Rusch, Chamberlain, Rowbottom, Mishra & Bronstein 2022, arXiv 2202.02296',
    equation: "Y' = Y + h (relu(S X W + b + R(X)) - gamma X - alpha Y), X' = X + h Y'",
    system: 'graphcon',
    layer: 'graphconLayer',
    file: 'graphcon',
    experiment: 'zoo/graph-class/graphcon',
    published:
      'digits as graphs of superpixels are among its tasks; the figure is not at hand here, so none is given',
    differs:
      'a graph of the 10 x 10 pixels with edges to eight neighbours, the same for all digits; 4,096 digits',
  },
  {
    title: 'cv-RNN',
    paper: 'Liboni, Budzinski, Busch, Lowe, Keller, Welling & Muller 2025, PNAS',
    equation: "x' = i omega x + K x, omega the brightness of a pixel, K a Gaussian of distance",
    system: 'cv-rnn',
    layer: 'cvRnnLayer',
    file: 'cv-rnn',
    experiment: 'zoo/objects/cv-rnn',
    published:
      'two and three shapes are told apart by their phases without learning; pictures, and no figure for this score',
    differs:
      'outlines of two shapes on 20 x 20 pixels; the network is fixed as in the paper, and a perceptron, which learns, names objects by the phases of the last 4 steps, read relative to each other. Shapes that touch fall into one phase; two groups of pixels at chance have a foreground ARI of 0',
  },
];

const figureOf = (experiment: string): string => {
  const found = zooFigures[experiment];
  if (found === undefined) return 'not run yet';
  const { scores, samples, seconds, run } = found;
  const time = seconds === undefined ? '' : `, ${seconds} s of processor time`;
  return `${scores} on ${samples.toLocaleString('en')} test samples, seed 0${time} (run ${run})`;
};

const section = (entry: Entry): string =>
  [
    `## ${entry.title}`,
    '',
    `\`${entry.equation}\``,
    '',
    `- **Source:** ${entry.paper}.`,
    `- **Layer:** \`${entry.layer}\` of \`drumhead/networks\` (\`src/models/networks/${entry.file}.ts\`), held to the authors' code.`,
    `- **System:** \`src/models/systems/${entry.system}.ts\`; \`drumhead play ${entry.system}\` draws it, \`drumhead laws ${entry.system}\` tries its laws.`,
    `- **Experiment:** \`drumhead run ${entry.experiment}\`.`,
    `- **Published:** ${entry.published}.`,
    `- **Ours:** ${figureOf(entry.experiment)}.`,
    `- **What differs:** ${entry.differs}.`,
  ].join('\n');

/** A table for each kind: its networks and their scores, if they were run. */
const kindTables = (): string =>
  Object.entries(kinds)
    .map(([kind, { networks }]) =>
      [
        `### ${kind}`,
        '',
        '| network | test score |',
        '|---|---|',
        ...networks.map(
          (network) => `| ${network} | ${zooFigures[zooName(kind, network)]?.scores ?? 'not run yet'} |`,
        ),
      ].join('\n'),
    )
    .join('\n\n');

/** Every network of the zoo with its formula, its source, its experiment and its figure. */
export const zooPage = (): string => `# The zoo

Published wave networks, and how they do. \`npm run docs:write\` makes this page from \`bench/docs/zoo-page.ts\` and the figures that
were measured, \`bench/docs/zoo-figures.ts\`; a spec holds both to the catalogue: a figure whose experiment has changed since it was
measured fails.

Each network is twice in \`src/models\`. \`networks\` has it as a layer that computes what its authors' code computes (\`drumhead
parity\`). \`systems\` has it as a closed program on a lattice of any size, to watch and to hold to the laws. They stay two rooms: a
layer takes what stands before it and gives its states to what stands behind, with the authors' wiring, order and quirks; a
system has its fields as inputs, so that a law can start it anywhere, and its couplings as convolutions, so that it fits any
grid.

Where a published figure is of another task or another size, this page says so. None of ours was tuned on test samples.

${zooEntries.map(section).join('\n\n')}

## Six kinds of task

\`drumhead sweep zoo/six-kinds\` trains five networks on each of six kinds of small tasks, and \`drumhead report zoo/six-kinds\` makes
one page of them with a table for each task. All 30 runs took 3 min 56 s of processor time on wasm (2 min 8 s by the clock, \`--engine wasm --jobs 2\`). The experiments
are small on purpose: they show what trains, not what is best.

${kindTables()}

**Next:** [systems](systems.md) in motion, or [the published model](publication.md).
`;
