/** The zoo's networks in front of a task: readers of sequences and of pictures, and programs that answer by them. */

export {
  classesOfPixels,
  classOfPicture,
  classOfSequence,
  framesAfter,
  numberOfSequence,
} from './answers.js';
export { classOfGraph } from './graphs.js';
export { classesByPhase } from './phases.js';
export { akornReader, hgruReader, ncaReader, nwmReader, type PictureReader, wonnReader } from './pictures.js';
export {
  cornnReader,
  hornReader,
  linossReader,
  type SequenceReader,
  unicornnReader,
  waveRnnReader,
} from './sequences.js';
