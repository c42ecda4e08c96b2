/**
 * Hides the line 'running the code of FILE' between mocha's dots, where specs call commands in this process. Commands in
 * processes of their own still print it.
 */

const write = process.stderr.write.bind(process.stderr);

const isSaidOfCode = (chunk: unknown): boolean =>
  typeof chunk === 'string' && /^running the code of .*\n$/.test(chunk);

process.stderr.write = (chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
  if (!isSaidOfCode(chunk)) return Reflect.apply(write, process.stderr, [chunk, ...rest]);
  for (const done of rest) if (typeof done === 'function') done();
  return true;
};
