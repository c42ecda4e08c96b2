/** Writes docs/commands.md, docs/files.md, docs/laws.md, docs/house.md and the linter's lists of imports: `npm run docs`. */

import { readFileSync, writeFileSync } from 'node:fs';
import { mapPage } from '../house/map.js';
import { importRules } from '../house/rooms.js';
import { lawsPage } from './laws-page.js';
import { commandsPage, filesPage } from './pages.js';

writeFileSync('docs/commands.md', commandsPage());
writeFileSync('docs/files.md', filesPage());
writeFileSync('docs/laws.md', lawsPage());
writeFileSync('docs/house.md', mapPage());
const linter = JSON.parse(readFileSync('biome.json', 'utf8'));
writeFileSync('biome.json', JSON.stringify({ ...linter, overrides: importRules() }, null, 2));
