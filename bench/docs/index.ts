/** Writes docs/commands.md and docs/files.md: `npm run docs`. */

import { writeFileSync } from 'node:fs';
import { commandsPage, filesPage } from './pages.js';

writeFileSync('docs/commands.md', commandsPage());
writeFileSync('docs/files.md', filesPage());
