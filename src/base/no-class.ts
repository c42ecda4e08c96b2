/** What stands for the class of a pixel that has none. */

/**
 * The label of a pixel that a person said to ignore: part of the image, but of no loss, no score, no share of classes.
 * Masks that have such pixels hold it in place of a class; whoever reads labels leaves out what is below 0.
 */
export const noClass = -1;

/** Whether a label is that of a class. */
export const hasClass = (label: number): boolean => label >= 0;
