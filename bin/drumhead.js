#!/usr/bin/env node
// The command. The program itself is compiled from src to dist.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(fileURLToPath(main))) {
  await import(main.href);
} else {
  console.error('drumhead is not built yet: run `npm run build` in its folder, then this command again');
  process.exitCode = 1;
}
