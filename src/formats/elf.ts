/** The processor of a Linux library (ELF), from its header. */

/** Node's names of processors, by their numbers in the format. */
const machines: Readonly<Record<number, string>> = {
  3: 'ia32',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  62: 'x64',
  183: 'arm64',
  243: 'riscv64',
  258: 'loong64',
};

/** How many bytes of a file `elfMachine` needs. */
export const elfHead = 20;

/**
 * The processor that a library is for; null if the bytes are not the beginning of a Linux library.
 *
 * @example
 * elfMachine(new Uint8Array(20)); // => null
 */
export const elfMachine = (head: Uint8Array): string | null => {
  if (head.length < elfHead || ![0x7f, 0x45, 0x4c, 0x46].every((byte, i) => head[i] === byte)) return null;
  const at = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const number = at.getUint16(18, head[5] !== 2);
  return machines[number] ?? `processor ${number}`;
};
