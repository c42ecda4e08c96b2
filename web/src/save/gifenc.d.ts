/** The part of gifenc that is used here; the package has no types. */
declare module 'gifenc' {
  export interface Encoder {
    writeFrame(
      indices: Uint8Array,
      width: number,
      height: number,
      options: { readonly palette: readonly (readonly number[])[]; readonly delay: number },
    ): void;
    finish(): void;
    bytes(): Uint8Array;
  }
  export const GIFEncoder: () => Encoder;
  export const quantize: (
    data: Uint8ClampedArray,
    colours: number,
    options: { readonly format: string },
  ) => readonly (readonly number[])[];
  export const applyPalette: (
    data: Uint8ClampedArray,
    palette: readonly (readonly number[])[],
    format: string,
  ) => Uint8Array;
}
