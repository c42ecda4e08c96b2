/** A table as a value: its contents, without any formatting. */

/** The text of a cell. */
export type Cell = string;

export interface Row {
  readonly cells: readonly Cell[];
  /** `chief` rows are the table's subject; `beside` rows follow them for comparison. */
  readonly kind: 'chief' | 'beside';
  /** Indices of the cells that are the best of their column. */
  readonly best?: readonly number[];
}

export interface Column {
  readonly name: string;
  readonly align: 'left' | 'right';
  /** How a cell that is too long is shown: on several lines (the default), or on one line without its beginning. */
  readonly narrow?: 'wrap' | 'cut';
}

export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  /** Lines that belong together, such as ours, the published and their difference. */
  readonly groups: readonly (readonly Row[])[];
  /** Notes that a reader needs. */
  readonly notes: readonly string[];
}
