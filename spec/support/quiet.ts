/**
 * Keeps out of mocha's dots what the command line says of code that it runs; whoever starts the command line itself, in
 * a process of its own, still hears it.
 */

const write = process.stderr.write.bind(process.stderr);

const isSaidOfCode = (chunk: unknown): boolean =>
  typeof chunk === 'string' && /^running the code of .*\n$/.test(chunk);

process.stderr.write = (chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
  if (!isSaidOfCode(chunk)) return Reflect.apply(write, process.stderr, [chunk, ...rest]);
  for (const done of rest) if (typeof done === 'function') done();
  return true;
};
