/**
 * Makes `prebuilds/`: the native code for every platform, by zig, which compiles for all of them on one machine. The same sources
 * give the same bytes. Run it when sources of native/src have changed; `spec/engine/native/binary.spec.ts` says when.
 *
 *     npm run build:prebuilds                  all platforms; a few minutes
 *     npm run build:prebuilds -- --check       builds them with empty caches, writes none, and fails where bytes differ
 *     npm run build:prebuilds -- --only linux-x64
 */

import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { writeDigest } from '../../../src/engine/native/damage.js';
import { sourcesDigest } from '../../../src/engine/native/sources.js';
import { compileAddon, root, sources } from '../compile.js';
import { compilerFor, librariesFor, targetNames } from '../targets.js';
import { within } from '../within.js';
import { foundZig } from '../zig.js';

const options = new Command('build:prebuilds')
  .option('--check', 'compares bytes and writes none')
  .option('--only <platform>', 'one of the platforms')
  .parse()
  .opts();

const wanted = targetNames.filter((name) => options.only === undefined || name === options.only);
const digest = sourcesDigest(sources);

const make = (zig: readonly string[], name: string): Promise<boolean> =>
  within(async (folder) => {
    const libraries = await librariesFor(zig, name, folder);
    const made = await compileAddon(compilerFor(zig, name), folder, digest, libraries);
    const goal = join(root, 'prebuilds', name, 'drumhead.node');
    const size = readFileSync(made).length;
    const same = existsSync(goal) && readFileSync(goal).equals(readFileSync(made));
    if (options.check !== true && !same) {
      mkdirSync(join(root, 'prebuilds', name), { recursive: true });
      copyFileSync(made, goal);
    }
    if (options.check !== true) writeDigest(goal);
    const said = same ? 'the same bytes' : options.check === true ? 'OTHER BYTES' : 'written';
    console.log(`${name.padEnd(14)}${(size / 1e6).toFixed(2)} MB  ${said}`);
    return same;
  });

const zig = foundZig();
if (typeof zig === 'string' || wanted.length === 0) {
  console.error(
    wanted.length === 0
      ? `no platform ${options.only}; there are: ${targetNames.join(', ')}`
      : `prebuilds/ cannot be made. Missing: ${zig}`,
  );
  process.exitCode = 1;
} else
  await within(async (cache) => {
    // a cache of zig's own would give what it kept, not what it makes
    if (options.check === true) process.env.ZIG_GLOBAL_CACHE_DIR = process.env.ZIG_LOCAL_CACHE_DIR = cache;
    for (const name of wanted) if (!(await make(zig, name)) && options.check === true) process.exitCode = 1;
  });
