/** The label of pixels without a class. */

/**
 * The label of an ignored pixel. It is part of the image, but enters no loss, no score and no share of classes. Code
 * that reads labels skips negative ones.
 */
export const noClass = -1;

/** Whether a label is a class. */
export const hasClass = (label: number): boolean => label >= 0;
