/**
 * Runs the lists of random programs again elsewhere, and compares the resulting bits with those of the
 * present binary.
 *
 *     npm run native:replay -- --on built          the compiler of this machine builds the sources anew
 *     npm run native:replay -- --on sanitized      AddressSanitizer and UndefinedBehaviorSanitizer, without Node
 *     npm run native:replay -- --on guarded        memory between inaccessible pages
 *     npm run native:replay -- --on valgrind       valgrind's memcheck, on the portable level: use a few programs
 *     npm run native:replay -- --on arm64          the binary for NEON, by zig and qemu-user
 *       --programs 1000 --seed 1 --minutes 10      how many, which, and how long at most
 *
 * Ends with how many programs and lists were run; exits 1 where bits differ or a machine ends badly.
 */

import { Command } from '@commander-js/extra-typings';
import * as E from 'fp-ts/lib/Either.js';
import { nativeCode } from '../../../src/engine/native/binary.js';
import { sourcesDigest } from '../../../src/engine/native/sources.js';
import { sources } from '../compile.js';
import { isCompiler, ownCompiler } from '../own-compiler.js';
import { compilerFor } from '../targets.js';
import { within } from '../within.js';
import { foundZig } from '../zig.js';
import { harness, hashOf, type Machine, rebuilt } from './machines.js';
import { type Recorded, recordPrograms } from './recording.js';

const options = new Command('native:replay')
  .requiredOption('--on <machine>', 'built, sanitized, guarded, valgrind or arm64')
  .option('--programs <n>', 'how many', Number, 1000)
  .option('--seed <n>', 'the first', Number, 1)
  .option('--minutes <n>', 'at most', Number, 60)
  .parse()
  .opts();

const fail = (sentence: string): never => {
  console.error(sentence);
  process.exit(1);
};

const own = () => {
  const found = ownCompiler();
  return isCompiler(found) ? found : fail(`it cannot be built. Missing:\n  ${found.join('\n  ')}`);
};

const machines: Readonly<Record<string, (folder: string) => Promise<Machine>>> = {
  built: (folder) => rebuilt(own(), folder, sourcesDigest(sources)),
  sanitized: (folder) =>
    harness(folder, {
      compiler: own(),
      flags: ['-O1', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=undefined'],
      under: [],
    }),
  guarded: (folder) => harness(folder, { compiler: own(), flags: ['-O3', '-DGUARDS'], under: [] }),
  valgrind: (folder) =>
    harness(folder, {
      compiler: own(),
      flags: ['-O1', '-g'],
      under: ['valgrind', '--quiet', '--error-exitcode=9'],
      portable: true,
    }),
  arm64: (folder) => {
    const zig = foundZig();
    if (typeof zig === 'string') return fail(`Missing: ${zig}`);
    // static, since qemu-user finds no libraries of that processor here
    const compiler = compilerFor(zig, 'linux-arm64', 'aarch64-linux-musl');
    return harness(folder, { compiler, flags: ['-O3', '-static'], under: ['qemu-aarch64-static'] });
  },
};

const chosen =
  machines[options.on] ?? fail(`no machine ${options.on}; there are: ${Object.keys(machines).join(', ')}`);
const found = nativeCode();
const code = E.isRight(found) ? found.right : fail(`there is nothing to compare with: ${found.left}`);

const round = 20;
await within(async (folder) => {
  const machine = await chosen(folder);
  const began = performance.now();
  let [programs, lists, left, differ] = [0, 0, 0, 0];
  while (
    programs < options.programs &&
    performance.now() - began < 60_000 * options.minutes &&
    differ === 0
  ) {
    const seed = options.seed + programs / round;
    const recorded: { readonly list: Recorded; readonly hash: string }[] = [];
    recordPrograms(code, seed, round, (list) => void recorded.push({ list, hash: hashOf(list.after) }));
    programs += round;
    for (const { list, hash } of recorded) {
      const other = await machine.hash(list);
      if (other === undefined) left++;
      else lists++;
      if (other === undefined || other === hash) continue;
      differ++;
      console.error(`seed ${seed}: ${hash} here, ${other} there`);
      break;
    }
  }
  const ended = await machine.close();
  if (ended !== undefined) console.error(ended);
  console.log(
    `${options.on}: ${programs} programs, ${lists} lists with the same bits, ${differ} with others${left > 0 ? `; ${left} call JavaScript and are left out` : ''}`,
  );
  if (differ > 0 || ended !== undefined) process.exitCode = 1;
});
