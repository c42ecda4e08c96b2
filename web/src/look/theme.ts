/** The theme, light or dark: the system's, or the one that the person chose here. */

import { useEffect, useState } from 'preact/hooks';
import type { Theme } from './maps.js';

export type Wanted = 'system' | Theme;

const query = (text: string): MediaQueryList => window.matchMedia(text);
const isWanted = (value: unknown): value is Wanted =>
  value === 'system' || value === 'light' || value === 'dark';

/** In a frame of another site the browser may refuse storage; then the choice lasts as long as the page. */
const kept = (): Wanted => {
  try {
    const value = window.localStorage.getItem('theme');
    return isWanted(value) ? value : 'system';
  } catch {
    return 'system';
  }
};

let wanted: Wanted = kept();
const listeners = new Set<() => void>();

const now = (): Theme =>
  wanted === 'system' ? (query('(prefers-color-scheme: dark)').matches ? 'dark' : 'light') : wanted;

const apply = (): void => {
  document.documentElement.dataset.theme = now();
  for (const listener of listeners) listener();
};

export const chooseTheme = (next: Wanted): void => {
  wanted = next;
  try {
    window.localStorage.setItem('theme', next);
  } catch {
    // the choice lasts as long as the page
  }
  apply();
};

query('(prefers-color-scheme: dark)').addEventListener('change', apply);
apply();

/** The theme, and the person's choice. */
export const useTheme = (): { readonly theme: Theme; readonly wanted: Wanted } => {
  const [, again] = useState(0);
  useEffect(() => {
    const listener = (): void => again((n) => n + 1);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return { theme: now(), wanted };
};

/** Whether the person prefers reduced motion: then nothing moves until started. */
export const isCalm = (): boolean => query('(prefers-reduced-motion: reduce)').matches;
