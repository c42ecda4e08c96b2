/** Source locations: lines of the user's source. */

const decoded = (url: string): string => {
  const path = url.replace(/^file:\/\/(\/(?=[A-Za-z]:))?/, '');
  try {
    return path === url ? path : decodeURIComponent(path);
  } catch {
    return path;
  }
};

/** The folders of the language in stack traces: its own and, if compiled, the one that source maps lead to. */
const here = decoded(new URL('.', import.meta.url).href);
const source = here.replace(/\/dist\/(?!.*\/dist\/)/, '/src/');

/** `at f (file:///a/b.ts:3:14)` or `at /a/b.ts:3:14` → `/a/b.ts:3:14`. */
const locationOf = (frame: string): string | undefined => {
  const found = frame.match(/\((.+:\d+:\d+)\)\s*$/) ?? frame.match(/^\s*at (?:async )?(.+:\d+:\d+)\s*$/);
  return found === null ? undefined : decoded(found[1]);
};

/** Whether a frame belongs to the language itself or to Node. */
const isInternal = (location: string): boolean =>
  location.startsWith(here) || location.startsWith(source) || location.startsWith('node:');
/** The folder of published networks, whose layers are used like those of the language. A bundle has no such folder. */
const networks = [here, source].map((folder) => folder.replace(/\/dsl\/$/, '/models/networks/'));
/** Whether a frame belongs to a library that calls back into the language, such as fp-ts's pipe, or to such a layer. */
const isLibrary = (location: string): boolean =>
  location.includes('/node_modules/') || networks.some((folder) => location.startsWith(folder));

/**
 * Remembers the location from which the language was called. The returned function reads the location when a message
 * needs it, because formatting a stack is slow: `file:line:column` of the nearest caller outside of the language and of
 * libraries, or of a caller in a library if there is no other.
 */
export const callerLocation = (): (() => string | undefined) => {
  // the user's frame may be deep: a pipe in a helper of the language in a reduce in a step in a program
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 50;
  const trace = new Error();
  Error.stackTraceLimit = limit;
  return () => {
    const locations = (trace.stack ?? '')
      .split('\n')
      .slice(1)
      .map(locationOf)
      .filter((location) => location !== undefined && !isInternal(location));
    return locations.find((location) => location !== undefined && !isLibrary(location)) ?? locations[0];
  };
};
