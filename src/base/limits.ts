/**
 * Limits on input: sizes of files, of text, of numbers. Input beyond a limit is refused before work starts. SECURITY.md
 * lists the limits, and a spec compares that list with these.
 */

const kib = 2 ** 10;
const mib = 2 ** 20;

/** The largest size of a file in bytes, by kind. */
export const fileLimits = {
  /** JSON: experiments, sweeps, programs, manifests, records of runs. */
  json: 64 * mib,
  /** YAML, whose parser needs about a hundred bytes of memory for each byte of text. */
  yaml: 2 * mib,
  /** A module in TypeScript or JavaScript. */
  code: 16 * mib,
  /** A picture as it is stored. */
  picture: 256 * mib,
  /** An array, a file of weights, a shard, a dataset in the cache. */
  array: 1024 * mib,
} as const;

/** The kind of a file, which decides its limit. */
export type FileKind = keyof typeof fileLimits;

/** Limits on counts. */
export const limits = {
  /** Brackets within brackets in JSON and YAML. */
  nesting: 512,
  /** Bytes that a compressed file may unpack to. */
  unpacked: 512 * mib,
  /** Bytes of the header of an .npy file. */
  npyHeader: 64 * kib,
  /** Bytes of the header of a safetensors file. */
  safetensorsHeader: 16 * mib,
  /** Pixels of a picture. */
  pixels: 2 ** 24,
  /** Rows that a query prints. */
  answerRows: 100_000,
  /** Bytes that a query prints. */
  answerBytes: 64 * mib,
  /** Numbers of all inputs and outputs of `run-program`. */
  programValues: 2 ** 28,
  /** Shards of a GraphModel. */
  shards: 4_096,
  /** Bytes of all files that a list of digests names, which are read to compare them. */
  listedBytes: 4096 * mib,
  /** Files of one folder of data. */
  filesInFolder: 200_000,
  /** Values of all images of a dataset: images, rows, columns, channels. */
  datasetValues: 2 ** 31,
  /** Experiments of a sweep. */
  members: 10_000,
  /** Seeds of an experiment. */
  seeds: 10_000,
  /** Runs of a sweep: each member from each of its seeds. */
  runs: 100_000,
  /** Threads of a run, and processes of a sweep. */
  workers: 128,
  /** Frames of a movie. */
  frames: 2_000,
  /** Layers of a convolutional network, and hidden layers at each pixel. */
  layers: 128,
  /** Numbers of one parameter of a program. */
  parameterValues: 2 ** 28,
  /** Starting values of one parameter that are written out in a program. */
  givenValues: 2 ** 18,
  /** Nodes of a program, those in the steps of its scans included. */
  nodes: 32_000,
  /** Scans within scans. */
  scanNesting: 32,
  /** Steps of a program's scans in all: of one within another as many times as the outer one steps. */
  scanSteps: 100_000_000,
  /** Nodes of a graph whose loops are written out. */
  unrolledNodes: 200_000,
} as const;

/** A number as a person reads it: `12,000`. */
export const grouped = (n: number): string => n.toLocaleString('en-US');

/** A size in bytes as a person reads it, in whole MiB or KiB where it is one. */
export const sizeText = (bytes: number): string =>
  bytes >= mib
    ? `${grouped(Math.ceil(bytes / mib))} MiB`
    : bytes >= kib
      ? `${grouped(Math.ceil(bytes / kib))} KiB`
      : `${bytes} bytes`;
