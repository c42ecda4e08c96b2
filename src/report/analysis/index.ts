/** Pictures of an analysis of waves. */

export { phaseColour } from './colours.js';
export { type EnergyPicture, energyChart, energyCurves } from './energy.js';
export { type BranchLine, type KOmegaPicture, kOmegaChart, kOmegaMap } from './k-omega.js';
export { type MappedSample, type MapsPicture, propagationMaps } from './maps.js';
