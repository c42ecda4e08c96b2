/** The address bar of the browser. */

import { type Embed, type PageName, readAddress, writeAddress } from './address.js';

/** The whole address of a view from here. */
export const linkOf = (page: PageName, state: string, embed?: Embed): string =>
  new URL(writeAddress(page, state, embed), window.location.href).href;

/** Writes the state into the address bar, without adding every change to the history. */
export const keepInAddress = (page: PageName, state: string): void => {
  const { embed } = readAddress(window.location.hash);
  const next = writeAddress(page, state, embed);
  if (next !== window.location.hash) window.history.replaceState(null, '', next);
};
