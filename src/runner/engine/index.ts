/** Engines that a person adds. */

export { type Added, type Adding, addingHere, addTensorFlow, removeTensorFlow } from './add.js';
