/** The zoo's networks applied to tasks: readers of sequences and of pictures, and programs that use them. */

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
