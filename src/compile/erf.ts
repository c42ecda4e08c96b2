/** The error function by operations that every engine has. */

/** From here on the error function is 1 in float32. */
export const erfEnd = 3.92;

/**
 * erf(x) = x p(x^2) / q(x^2) within 3.7e-7 of itself for |x| <= 3.92, evaluated in float32; coefficients from the lowest
 * power. They are all positive, so no sum cancels. Fitted to the float64 reference by reweighted least squares.
 */
export const erfRatio = {
  p: [1.12837915, 0.190406468, 0.0527487282, 0.00376561849, 0.000284883026, 0.00000205009067],
  q: [1, 0.502076079, 0.114109117, 0.0149692193, 0.00116253639, 0.000038091766],
} as const;
