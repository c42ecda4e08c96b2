/** Programs from programs: derivatives, forward and reverse. */

export { compose } from './compose.js';
export type { WithRespectTo } from './differentiable.js';
export { gradient } from './gradient.js';
export { type JvpNames, jvp, jvpNames } from './jvp.js';
export { type NewtonOptions, newton } from './newton.js';
export { type VjpNames, vjp, vjpNames } from './vjp.js';
