/**
 * The one typeface of all pictures: Inter (SIL Open Font License), which comes with the package
 * `@expo-google-fonts/inter`. A fresh machine may have no fonts at all, so system fonts are not used.
 */

import { createRequire } from 'node:module';
import type { ResvgRenderOptions } from '@resvg/resvg-js';

const require = createRequire(import.meta.url);

export const fontFamily = 'Inter';

/** Regular and semi-bold. */
const fontFiles = (): string[] => [
  require.resolve('@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf'),
  require.resolve('@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf'),
];

/** Resvg's font settings: every generic family is Inter too, so that no text is missing in a picture. */
export const fontOptions = (): NonNullable<ResvgRenderOptions['font']> => ({
  loadSystemFonts: false,
  fontFiles: fontFiles(),
  defaultFontFamily: fontFamily,
  sansSerifFamily: fontFamily,
  serifFamily: fontFamily,
  monospaceFamily: fontFamily,
});
