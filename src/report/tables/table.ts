/** A table as a value: what stands in it, before anything decides how it looks. */

/** What a cell says to a person. */
export type Cell = string;

export interface Row {
  readonly cells: readonly Cell[];
  /** `chief` lines are what the table is about; `beside` lines stand under them for comparison. */
  readonly kind: 'chief' | 'beside';
}

export interface Table {
  readonly title: string;
  readonly columns: readonly { readonly name: string; readonly align: 'left' | 'right' }[];
  /** Lines that belong together, such as ours, the published and their difference. */
  readonly groups: readonly (readonly Row[])[];
  /** What must be known to read it. */
  readonly notes: readonly string[];
}
