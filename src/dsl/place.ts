/** Where in the user's source something was written. */

const decoded = (url: string): string => {
  const path = url.replace(/^file:\/\/(\/(?=[A-Za-z]:))?/, '');
  try {
    return path === url ? path : decodeURIComponent(path);
  } catch {
    return path;
  }
};

/** The folder of the language, as stack traces show it; compiled, also the one that source maps lead back to. */
const here = decoded(new URL('.', import.meta.url).href);
const source = here.replace(/\/dist\/(?!.*\/dist\/)/, '/src/');

/** `at f (file:///a/b.ts:3:14)` or `at /a/b.ts:3:14` → `/a/b.ts:3:14`. */
const placeOf = (frame: string): string | undefined => {
  const found = frame.match(/\((.+:\d+:\d+)\)\s*$/) ?? frame.match(/^\s*at (?:async )?(.+:\d+:\d+)\s*$/);
  return found === null ? undefined : decoded(found[1]);
};

/** Frames of the language itself, of libraries that call back into it (fp-ts's pipe), of Node's own code. */
const isOurs = (place: string): boolean =>
  place.startsWith(here) || place.startsWith(source) || place.startsWith('node:');
const isLibrary = (place: string): boolean => place.includes('/node_modules/');

/**
 * Remembers the place of the caller; reading it is left for when there is something to say, since writing out a
 * stack is slow. Gives `file:line:column` of the nearest caller outside of the language and of libraries, or of one
 * in a library when there is no other.
 */
export const placeHere = (): (() => string | undefined) => {
  // The user may stand far below: a pipe in a helper of the language in a reduce in a step in a program.
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 50;
  const trace = new Error();
  Error.stackTraceLimit = limit;
  return () => {
    const places = (trace.stack ?? '')
      .split('\n')
      .slice(1)
      .map(placeOf)
      .filter((place) => place !== undefined && !isOurs(place));
    return places.find((place) => place !== undefined && !isLibrary(place)) ?? places[0];
  };
};
