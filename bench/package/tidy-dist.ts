/**
 * Makes `dist` the content of the package: modules whose source exists, the data that they read, and the
 * declarations that its entries lead to. The compiler leaves modules of earlier builds, writes declarations
 * of every module, and copies no data. Empty modules, which had only types, are removed, since nothing
 * imports them.
 */

import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, sep } from 'node:path';
import { declarations } from './entries.js';
import { joinRooms } from './join-rooms.js';

const typed = declarations();
const files = readdirSync('dist', { recursive: true, encoding: 'utf8' }).map((path) =>
  join('dist', path).split(sep).join('/'),
);
const isEmpty = (file: string): boolean =>
  readFileSync(file, 'utf8')
    .replace(/\/\*.*?\*\//gs, '')
    .trim() === 'export {};';
const isKept = (file: string): boolean =>
  file.endsWith('.d.ts')
    ? typed.has(file.split('/').join(sep))
    : existsSync(file.replace(/^dist/, 'src').replace(/\.js$/, '.ts')) && !isEmpty(file);

for (const file of files) if (/\.(js|ts|map)$/.test(file) && !isKept(file)) rmSync(file);

for (const path of readdirSync('src', { recursive: true, encoding: 'utf8' }))
  if (path.endsWith('.csv')) cpSync(join('src', path), join('dist', path));

await joinRooms();
