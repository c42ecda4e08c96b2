/** Numbers as a person reads them. */

import { known, type Score } from '../scores.js';

/** Three decimals, or a dash if there is no number. */
export const scoreText = (score: Score): string => (known(score) ? score.toFixed(3) : '–');

/** A share as a percentage with one decimal: `78.3 %`. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** `159,524`. */
export const count = (value: number): string => value.toLocaleString('en-US');

/** `1 epoch`, `25 epochs`. */
export const plural = (value: number, noun: string): string =>
  `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

/**
 * A duration in the two largest units: `3 min 41 s`, `2 h 5 min`, `8.2 s`.
 */
export const duration = (seconds: number): string => {
  if (!Number.isFinite(seconds) || seconds < 0) return '–';
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};
