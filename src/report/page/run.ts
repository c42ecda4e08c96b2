/** The data of a run's report: plain values and finished pictures. Parts that are left out are not on the page. */

import type { Better } from '../../experiments/scores/measures.js';
import type { EpochScores, OwnLine, Scores } from '../scores.js';
import type { Picture, Shown } from './picture.js';

/** One line of a list of facts. */
export interface Fact {
  readonly label: string;
  readonly value: string;
  /** The meaning, if the label is not enough. */
  readonly note?: string;
}

/** One parameter of the program. */
export interface ParameterRow {
  readonly name: string;
  readonly shape: readonly number[];
  readonly count: number;
  readonly trainable?: boolean;
  /** How it starts, in words. */
  readonly initialiser?: string;
}

export interface RunReport {
  /** The experiment's name, e.g. `tetrominoes/nwm-linear`. */
  readonly name: string;
  /** The experiment in a few sentences: the question, the model, the task. */
  readonly words: string;
  /** Whether each pixel has a class (the default), the image as a whole, or something else is learnt of a sample. */
  readonly target?: 'pixel' | 'image' | 'sample';
  /** A sentence for each part that the page could not show; they are at its top. */
  readonly warnings?: readonly string[];
  /** Settings: model, optimiser, rate, batch, seed and so on. */
  readonly settings?: readonly Fact[];
  readonly data: {
    /** The content of the images and how they are made. */
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
    /** The score on the validation samples that it was chosen by; left out, the loss. */
    readonly chosenBy?: { readonly name: string; readonly better: Better };
    readonly seconds?: number;
    /** Why it was interrupted, in one sentence; the page then begins with a note that it is unfinished. */
    readonly stopped?: string;
    /** Why it finished before all planned epochs, in words. */
    readonly early?: string;
    readonly curves?: Picture;
  };
  readonly test?: {
    /** Number of images; none of them was trained on. */
    readonly images: number;
    readonly scores: Scores;
    /** The scores to show if neither pixels nor whole images are scored. */
    readonly own?: readonly OwnLine[];
    /** The scores on the same images of answering "background" everywhere. */
    readonly baseline?: Scores;
    /** The scores on the validation samples, by which the weights may have been chosen. */
    readonly validation?: Scores;
    /** The scores on the first training samples. */
    readonly training?: { readonly scores: Scores; readonly samples: number };
  };
  readonly answers?: {
    readonly charts: readonly { readonly picture: Picture; readonly caption: string }[];
    /** Samples that are answered best and worst. */
    readonly examples?: Shown;
  };
  readonly waves?: {
    readonly picture: Shown;
    /** How this model's hidden state moves, derived from its graph; optional. */
    readonly words?: string;
  };
  readonly predictions?: Shown;
  readonly program?: {
    readonly diagram?: Picture;
    /** Source of the program's Mermaid diagram. */
    readonly mermaid?: string;
    readonly parameters?: readonly ParameterRow[];
    /** FLOPs, bytes, memory and so on, in words. */
    readonly cost?: readonly Fact[];
  };
  readonly reproduce: {
    /** Command lines, one each. */
    readonly commands: readonly string[];
    readonly note?: string;
  };
  /** Versions, engine and why it was taken, processor, commit. */
  readonly environment?: readonly Fact[];
  /** When the run ended, in words; left out, the page is the same bytes for the same run. */
  readonly date?: string;
}
