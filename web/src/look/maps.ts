/**
 * Colour maps, built in OKLab so that equal steps of a value look like equal steps: diverging for signed waves,
 * sequential for levels, cyclic for phases. The middle of the diverging map is the paper, in light and in dark.
 */

export type Rgb = readonly [number, number, number];
export type Theme = 'light' | 'dark';

const channel = (linear: number): number =>
  Math.round(
    255 *
      Math.min(1, Math.max(0, linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055)),
  );

/** OKLCH, hue in radians, to sRGB. */
export const oklch = (lightness: number, chroma: number, hue: number): Rgb => {
  const [a, b] = [chroma * Math.cos(hue), chroma * Math.sin(hue)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    channel(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
};

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
const entries = 255;

const table = (f: (share: number) => Rgb): Uint8Array => {
  const out = new Uint8Array(entries * 3);
  for (let i = 0; i < entries; i++) out.set(f(i / (entries - 1)), 3 * i);
  return out;
};

/** Blue below zero, red above; lightness and chroma change linearly from the paper to the ends. */
const diverging = (theme: Theme): Uint8Array =>
  table((share) => {
    const signed = 2 * share - 1;
    const far = Math.abs(signed);
    const hue = radians(signed < 0 ? 252 : 32);
    return theme === 'light'
      ? oklch(0.985 - 0.545 * far, 0.17 * far ** 0.9, hue)
      : oklch(0.2 + 0.56 * far, 0.155 * far ** 0.9, hue);
  });

/** From the paper to the accent. */
const level = (theme: Theme): Uint8Array =>
  table((share) =>
    theme === 'light'
      ? oklch(0.985 - 0.62 * share, 0.13 * share ** 0.8, radians(235 + 30 * share))
      : oklch(0.2 + 0.7 * share, 0.12 * share ** 0.8, radians(265 - 45 * share)),
  );

/** A circle of hues of one lightness. */
const phase = (theme: Theme): Uint8Array =>
  table((share) => oklch(theme === 'light' ? 0.72 : 0.7, 0.125, 2 * Math.PI * share));

const build = (theme: Theme) => ({
  signed: diverging(theme),
  level: level(theme),
  phase: phase(theme),
});
export const maps = { light: build('light'), dark: build('dark') };
export type MapName = keyof ReturnType<typeof build>;

/** The colour of a share from 0 to 1. Values outside have the colour of the nearer end, and NaN is black. */
export const colourAt = (name: MapName, theme: Theme, share: number): Rgb => {
  if (Number.isNaN(share)) return [0, 0, 0];
  const at = 3 * Math.round(Math.min(1, Math.max(0, share)) * (entries - 1));
  const map = maps[theme][name];
  return [map[at], map[at + 1], map[at + 2]];
};

/** Paints values between -most and most as RGBA. */
export const paintSigned = (
  values: ArrayLike<number>,
  most: number,
  theme: Theme,
  out: Uint8ClampedArray,
): void => {
  const map = maps[theme].signed;
  const gain = (entries - 1) / (2 * (most || 1));
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    const at =
      3 * (Number.isFinite(v) ? Math.min(entries - 1, Math.max(0, Math.round((v + most) * gain))) : 0);
    const to = 4 * i;
    if (Number.isFinite(v)) {
      out[to] = map[at];
      out[to + 1] = map[at + 1];
      out[to + 2] = map[at + 2];
    } else out[to] = out[to + 1] = out[to + 2] = 0;
    out[to + 3] = 255;
  }
};

/** Paints values from 0 to most as RGBA. */
export const paintLevel = (
  values: ArrayLike<number>,
  most: number,
  theme: Theme,
  out: Uint8ClampedArray,
): void => {
  for (let i = 0; i < values.length; i++) {
    out.set(colourAt('level', theme, values[i] / (most || 1)), 4 * i);
    out[4 * i + 3] = 255;
  }
};

/** Paints angles as RGBA. */
export const paintPhase = (values: ArrayLike<number>, theme: Theme, out: Uint8ClampedArray): void => {
  for (let i = 0; i < values.length; i++) {
    const turns = values[i] / (2 * Math.PI);
    out.set(colourAt('phase', theme, turns - Math.floor(turns)), 4 * i);
    out[4 * i + 3] = 255;
  }
};

/**
 * Paints complex numbers, two values per site: the hue is the angle, and small numbers are near the paper.
 */
export const paintComplex = (
  values: ArrayLike<number>,
  most: number,
  theme: Theme,
  out: Uint8ClampedArray,
): void => {
  const paper = theme === 'light' ? 250 : 20;
  for (let i = 0; 2 * i + 1 < values.length; i++) {
    const [re, im] = [values[2 * i], values[2 * i + 1]];
    const share = Math.min(1, Math.hypot(re, im) / (most || 1));
    const turns = Math.atan2(im, re) / (2 * Math.PI);
    const [r, g, b] = colourAt('phase', theme, turns - Math.floor(turns));
    out[4 * i] = paper + (r - paper) * share;
    out[4 * i + 1] = paper + (g - paper) * share;
    out[4 * i + 2] = paper + (b - paper) * share;
    out[4 * i + 3] = 255;
  }
};

/** The largest distance from zero, at least `least`. */
export const largest = (values: ArrayLike<number>, least = 1e-6): number => {
  let most = least;
  for (let i = 0; i < values.length; i++) {
    const far = Math.abs(values[i]);
    if (far > most && Number.isFinite(far)) most = far;
  }
  return most;
};
