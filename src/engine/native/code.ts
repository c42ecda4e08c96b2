/** The interface of native code, from a binary for this platform. */
export interface NativeCode {
  /** The digest of the sources from which it was made (`sourcesDigest`). */
  readonly sources: string;
  /** The levels that this processor can run, the fastest last; the first, `loops`, rounds as plain loops do and is for tests. */
  readonly levels: () => readonly string[];
  /** A decoded list. Throws if the numbers are not a list. */
  readonly program: (numbers: Float64Array) => object;
  /** Runs a list on a memory; kernels without native code are called by their index. */
  readonly run: (
    program: object,
    level: number,
    memory: ArrayBuffer,
    outside: (kernel: number, ...given: readonly number[]) => void,
  ) => void;
}

/** Native code at one of its levels, given by its index. */
export interface NativeLevel {
  readonly code: NativeCode;
  readonly level: number;
}
