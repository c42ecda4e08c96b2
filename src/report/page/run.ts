/** The data of a run's report: plain values and finished pictures. Parts that are left out are not on the page. */

import type { Better } from '../../experiments/scores/measures.js';
import type { EpochScores, OwnLine, Scores } from '../scores.js';
import type { Picture, Shown } from './picture.js';

/** One line of a list of facts. */
export interface Fact {
  readonly label: string;
  readonly value: string;
  /** An explanation, if the label is not enough. */
  readonly note?: string;
}

/** One parameter of the program. */
export interface ParameterRow {
  readonly name: string;
  readonly shape: readonly number[];
  readonly count: number;
  readonly trainable?: boolean;
  /** Its initial values, in words. */
  readonly initialiser?: string;
}

export interface RunReport {
  /** The experiment's name, e.g. `tetrominoes/nwm-linear`. */
  readonly name: string;
  /** The experiment in a few sentences: the question, the model, the task. */
  readonly words: string;
  /** What is learnt: the class of each pixel (the default), the class of the whole image, or something else. */
  readonly target?: 'pixel' | 'image' | 'sample';
  /** A sentence for each part that the page could not show; they are at its top. */
  readonly warnings?: readonly string[];
  /** Settings: model, optimiser, rate, batch, seed and so on. */
  readonly settings?: readonly Fact[];
  readonly data: {
    /** What the images contain, and how they are made. */
    readonly words: string;
    readonly facts?: readonly Fact[];
    readonly examples?: Shown;
  };
  readonly training: {
    readonly epochs: readonly EpochScores[];
    /** The number of planned epochs. */
    readonly planned?: number;
    /** The epoch whose weights were kept. */
    readonly best?: number;
    /** The validation score by which it was chosen; default: the loss. */
    readonly chosenBy?: { readonly name: string; readonly better: Better };
    readonly seconds?: number;
    /** Why it was interrupted, in one sentence; the page then begins with a note that it is unfinished. */
    readonly stopped?: string;
    /** Why it finished before all planned epochs, in words. */
    readonly early?: string;
    readonly curves?: Picture;
  };
  readonly test?: {
    /** The number of images, none of which was used in training. */
    readonly images: number;
    readonly scores: Scores;
    /** The scores to show if neither pixels nor whole images are scored. */
    readonly own?: readonly OwnLine[];
    /** The scores of answering "background" everywhere, on the same images. */
    readonly baseline?: Scores;
    /** The scores on the validation samples, by which the weights may have been chosen. */
    readonly validation?: Scores;
    /** The scores on the first training samples. */
    readonly training?: { readonly scores: Scores; readonly samples: number };
  };
  readonly answers?: {
    readonly charts: readonly { readonly picture: Picture; readonly caption: string }[];
    /** The samples with the best and the worst answers. */
    readonly examples?: Shown;
  };
  readonly waves?: {
    readonly picture: Shown;
    /** The dynamics of the model's hidden state, derived from its graph. */
    readonly words?: string;
  };
  readonly predictions?: Shown;
  readonly program?: {
    readonly diagram?: Picture;
    /** Source of the program's Mermaid diagram. */
    readonly mermaid?: string;
    readonly parameters?: readonly ParameterRow[];
    /** FLOPs, bytes and memory, in words. */
    readonly cost?: readonly Fact[];
  };
  readonly reproduce: {
    /** Command lines, one in each entry. */
    readonly commands: readonly string[];
    readonly note?: string;
  };
  /** Versions, engine and why it was taken, processor, commit. */
  readonly environment?: readonly Fact[];
  /** When the run ended, in words; without it the same run gives the same bytes. */
  readonly date?: string;
}
