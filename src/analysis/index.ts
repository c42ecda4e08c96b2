/** Measures of waves: spectra, dispersion relations, phases and speeds, energy. Plain arrays in, values out. */

export {
  type Branch,
  branchesAt,
  type Direction,
  type LinearLattice,
  laplacianFrequency,
  path,
  type WaveVector,
} from './dispersion.js';
export { type Energy, energyOf, laplacianCoupling, type Springs } from './energy.js';
export { evenly, type FeatureField, magnitudes, projected } from './features.js';
export { foregroundAri } from './foreground-ari.js';
export { isUnresolved, type Measured, type Unresolved, unresolved } from './measured.js';
export {
  amplitudeAt,
  dominantFrequency,
  type Propagation,
  propagation,
} from './phase.js';
export { type KOmega, kOmega, meanSpectrum } from './spectrum.js';
export { type Summary, summaryOf } from './summary.js';
export { type Complex, dft, dft2, waveNumber } from './transform.js';
export { type Waves, wavesOf } from './waves.js';
