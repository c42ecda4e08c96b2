/** Run by `npm publish` before anything leaves the machine: refuses a package without the addresses of its repository. */

import { readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { hasAddresses } from './release.js';

const said = hasAddresses(JSON.parse(readFileSync('package.json', 'utf8')));
if (E.isLeft(said)) {
  process.stderr.write(`publish: ${said.left}\n`);
  process.exitCode = 1;
}
