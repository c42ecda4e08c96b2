/** Measured results of the zoo's experiments. */

/** The result of one run. */
interface Measured {
  /**
   * The first 10 digits of the run's identity on wasm, fused, arithmetic 2; it changes with everything that
   * determines the result.
   */
  readonly run: string;
  /** Scores on the test samples. */
  readonly scores: string;
  readonly samples: number;
  /** Processor time of training and scoring in seconds, if the run was timed alone. */
  readonly seconds?: number;
}

/** By the experiment's name. */
export const zooFigures: Readonly<Record<string, Measured>> = {
  'zoo/forecast/akorn': { run: 'c11cc3d971', scores: 'mean squared error 0.0070', samples: 128 },
  'zoo/forecast/hgru': { run: '674b1fa88f', scores: 'mean squared error 0.0035', samples: 128 },
  'zoo/forecast/nca': { run: '461b96579e', scores: 'mean squared error 0.0015', samples: 128 },
  'zoo/forecast/nwm': { run: 'f68b64914d', scores: 'mean squared error 0.0024', samples: 128 },
  'zoo/forecast/wonn': { run: 'ed4282ac37', scores: 'mean squared error 0.0078', samples: 128 },
  'zoo/graph-class/graphcon': { run: '022f6935c8', scores: 'accuracy 57.0 %', samples: 1000, seconds: 36 },
  'zoo/image-class/akorn': { run: '7a106dfdb4', scores: 'accuracy 63.8 %', samples: 1000 },
  'zoo/image-class/hgru': { run: '9ce5580ec2', scores: 'accuracy 58.9 %', samples: 1000 },
  'zoo/image-class/nca': { run: 'a341b32f67', scores: 'accuracy 76.1 %', samples: 1000 },
  'zoo/image-class/nwm': { run: '8175aa2c58', scores: 'accuracy 62.2 %', samples: 1000 },
  'zoo/image-class/wonn': { run: '9a4479c9a2', scores: 'accuracy 64.8 %', samples: 1000 },
  'zoo/objects/cv-rnn': {
    run: 'd24433e0a9',
    scores: 'foreground IoU 0.606, foreground ARI 0.439',
    samples: 256,
    seconds: 20,
  },
  'zoo/path-finding/akorn': { run: 'd417e8fc44', scores: 'foreground IoU 0.252', samples: 256 },
  'zoo/path-finding/hgru': { run: '7b93383150', scores: 'foreground IoU 0.135', samples: 256 },
  'zoo/path-finding/nca': { run: 'd6688646b7', scores: 'foreground IoU 0.694', samples: 256 },
  'zoo/path-finding/nwm': { run: '0b8c4710d1', scores: 'foreground IoU 0.218', samples: 256 },
  'zoo/path-finding/wonn': { run: 'af3ea4fa7b', scores: 'foreground IoU 0.222', samples: 256 },
  'zoo/pathfinder/hgru': { run: '6768c88fef', scores: 'foreground IoU 0.517', samples: 1000, seconds: 78 },
  'zoo/regression/cornn': { run: '5da4929082', scores: 'mean squared error 0.0205', samples: 1000 },
  'zoo/regression/horn': { run: 'fef47b215c', scores: 'mean squared error 0.0226', samples: 1000 },
  'zoo/regression/linoss': { run: '13c3d8ac05', scores: 'mean squared error 0.0772', samples: 1000 },
  'zoo/regression/unicornn': { run: 'be19319e1f', scores: 'mean squared error 0.1192', samples: 1000 },
  'zoo/regression/wave-rnn': { run: 'ecf9baa19c', scores: 'mean squared error 0.0220', samples: 1000 },
  'zoo/segmentation/akorn': { run: '1c7de87ddd', scores: 'foreground IoU 0.556', samples: 256 },
  'zoo/segmentation/hgru': { run: '24c139360b', scores: 'foreground IoU 0.544', samples: 256 },
  'zoo/segmentation/nca': { run: 'd7d914a749', scores: 'foreground IoU 0.697', samples: 256 },
  'zoo/segmentation/nwm': { run: 'da654c5135', scores: 'foreground IoU 0.247', samples: 256 },
  'zoo/segmentation/wonn': { run: '8681f95fea', scores: 'foreground IoU 0.472', samples: 256 },
  'zoo/sequence-class/cornn': { run: '6ba1ef6c81', scores: 'accuracy 77.3 %', samples: 1000 },
  'zoo/sequence-class/horn': { run: '28abaad9c8', scores: 'accuracy 89.3 %', samples: 1000 },
  'zoo/sequence-class/linoss': { run: 'b44f1c245c', scores: 'accuracy 87.1 %', samples: 1000 },
  'zoo/sequence-class/unicornn': { run: '2fe69a5bb0', scores: 'accuracy 68.2 %', samples: 1000 },
  'zoo/sequence-class/wave-rnn': { run: 'abd622a8cd', scores: 'accuracy 60.1 %', samples: 1000 },
  'sequential-mnist/horn': { run: '9dc2c6de76', scores: 'accuracy 97.9 %', samples: 10000, seconds: 787 },
};
