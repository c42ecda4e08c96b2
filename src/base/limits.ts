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
  /** A table of numbers as text (CSV). */
  table: 256 * mib,
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
  /** Bytes that the compressed arrays of one file unpack to, in the cache. */
  keptUnpacked: 32_768 * mib,
  /** The multiple of its own size to which such a file may unpack, if that is more than `unpacked`. */
  unpackedTimes: 64,
  /** Bytes of the header of an .npy file. */
  npyHeader: 64 * kib,
  /** Bytes of the header of a safetensors file. */
  safetensorsHeader: 16 * mib,
  /** Bytes of the directory of a zip archive. */
  zipDirectory: 16 * mib,
  /** Members of a Python wheel. */
  wheelMembers: 64_000,
  /** Headers that a binding includes, and bytes of each. */
  headers: 2_000,
  headerBytes: 4 * mib,
  /** Arrays of a file or a folder. */
  arrays: 1_024,
  /** Files that are one array or archive together. */
  arrayShards: 10_000,
  /** Pixels of a picture. */
  pixels: 2 ** 24,
  /** Parts (chunks) of a PNG. */
  pictureParts: 2 ** 20,
  /** Rows that a query prints. */
  answerRows: 100_000,
  /** Bytes that a query prints. */
  answerBytes: 64 * mib,
  /** Bytes of memory that the process of a query takes. */
  queryBytes: 1536 * mib,
  /** Processor time that a query takes, in seconds. */
  querySeconds: 20,
  /** Wall-clock time that a query takes, in seconds; a query that waits takes no processor time. */
  queryClock: 60,
  /** Seconds by the clock that a program of the system has; one that submits a job; one that compiles. */
  outerSeconds: 20,
  submissionSeconds: 60,
  compilerSeconds: 1_200,
  /** Numbers of all inputs and outputs of `run-program`. */
  programValues: 2 ** 28,
  /** Shards of a GraphModel. */
  shards: 4_096,
  /** Bytes of all files that a manifest lists; they are read to compare their digests. */
  listedBytes: 4096 * mib,
  /** Files of one folder of data. */
  filesInFolder: 200_000,
  /** Values of all images of a dataset: images, rows, columns, channels. */
  datasetValues: 2 ** 31,
  /** Samples of a dataset of array files; their shuffled order is held in memory. */
  samples: 2 ** 24,
  /** Numbers in one row of a Parquet file; thousands of rows are read at once. */
  parquetRow: 2 ** 17,
  /** Numbers in one sample that a person's function makes. */
  sampleValues: 2 ** 26,
  /** Seconds that a person's function takes for one sample. */
  sampleSeconds: 60,
  /** Experiments of a sweep. */
  members: 10_000,
  /** Seeds of an experiment. */
  seeds: 10_000,
  /** Runs of a sweep: each member from each of its seeds. */
  runs: 100_000,
  /** Groups of parameters with a rate of their own; points of a schedule. */
  groups: 1_024,
  schedulePoints: 1_024,
  /** Letters of a pattern of names of parameters. */
  patternLetters: 1_024,
  /** Threads of a run, and processes of a sweep. */
  workers: 128,
  /** Frames of a movie. */
  frames: 2_000,
  /** Layers of a convolutional network, and hidden layers at each pixel. */
  layers: 128,
  /** Numbers in one parameter of a program. */
  parameterValues: 2 ** 28,
  /** Numbers in one value of a program for one sample; the field of a convolution counts with its padding. */
  valueNumbers: 2 ** 29,
  /** Sites that a dilated kernel spans along an axis. */
  kernelExtent: 2 ** 16,
  /** Entries of an axis that are gathered or summed by index, or that resampling or padding makes. */
  numberedEntries: 2 ** 22,
  /** Starting values of one parameter that are written out in a program. */
  givenValues: 2 ** 18,
  /** Nodes of a program, including those in the steps of its scans. */
  nodes: 32_000,
  /** Scans within scans. */
  scanNesting: 32,
  /** Steps of all scans of a program; an inner scan counts once for each step of the outer one. */
  scanSteps: 100_000_000,
  /** Nodes of a graph whose loops are written out. */
  unrolledNodes: 200_000,
} as const;

/** A number as a person reads it: `12,000`. */
export const grouped = (n: number): string => n.toLocaleString('en-US');

/** The message for a file or folder with more arrays than `limits.arrays`. */
export const tooManyArrays = (count: number): string =>
  `it has ${grouped(count)} arrays, and ${grouped(limits.arrays)} is the limit; the first axis of an array counts its samples, so that one array holds them all`;

/** A size in bytes for people, in whole MiB or KiB if possible. */
export const sizeText = (bytes: number): string =>
  bytes >= mib
    ? `${grouped(Math.ceil(bytes / mib))} MiB`
    : bytes >= kib
      ? `${grouped(Math.ceil(bytes / kib))} KiB`
      : `${bytes} bytes`;
