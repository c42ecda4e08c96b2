/**
 * Writes docs/commands.md, files.md, laws.md, systems.md, tasks.md, zoo.md, house.md, dependencies.md, docs/api and the linter's lists of imports:
 * `npm run docs:write`.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mapPage } from '../house/map.js';
import { importRules } from '../house/rooms.js';
import { reports } from '../package/report.js';
import { dependenciesPage } from './dependencies-page.js';
import { systemsPage, tasksPage } from './gallery.js';
import { lawsPage } from './laws-page.js';
import { commandsPage, filesPage } from './pages.js';
import { zooPage } from './zoo-page.js';

writeFileSync('docs/commands.md', commandsPage());
writeFileSync('docs/files.md', filesPage());
writeFileSync('docs/laws.md', lawsPage());
writeFileSync('docs/systems.md', systemsPage());
writeFileSync('docs/tasks.md', tasksPage());
writeFileSync('docs/zoo.md', zooPage());
writeFileSync('docs/house.md', mapPage());
writeFileSync('docs/dependencies.md', dependenciesPage());
rmSync('docs/api', { recursive: true, force: true });
mkdirSync('docs/api');
for (const [page, text] of Object.entries(reports())) writeFileSync(`docs/api/${page}`, text);
const linter = JSON.parse(readFileSync('biome.json', 'utf8'));
writeFileSync('biome.json', JSON.stringify({ ...linter, overrides: importRules() }, null, 2));
