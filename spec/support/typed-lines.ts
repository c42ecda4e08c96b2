/**
 * Command lines in one process of their own, one after the other: its flags limit the memory of all of them. Prints what each
 * said and the seconds of processors that all of them took, as JSON.
 *
 *   node --max-old-space-size=600 --import tsx spec/support/typed-lines.ts FOLDER '[["show", "x.json"]]'
 */

import * as t from 'io-ts';
import { decodeWith } from '../../src/base/codec.js';
import { type Said, typed } from './typed.js';

const [folder, lines] = process.argv.slice(2);
const decoded = decodeWith(t.array(t.array(t.string)), 'the command lines')(JSON.parse(lines));
if (decoded._tag === 'Left') throw new Error('they are lists of words');
const said: Said[] = [];
for (const words of decoded.right) said.push(await typed(words, folder));
const { user, system } = process.cpuUsage();
process.stdout.write(JSON.stringify({ said, seconds: (user + system) / 1e6 }));
