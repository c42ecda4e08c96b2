/** Pictures of an analysis of waves. */

export { phaseColour } from './colours.js';
export { energyCurves } from './energy.js';
export { type BranchLine, kOmegaMap } from './k-omega.js';
export { propagationMaps } from './maps.js';
