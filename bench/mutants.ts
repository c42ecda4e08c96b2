/**
 * Plants faults and reports which law catches each.
 *
 *     npm run laws:mutants            12 cases a law
 *     npm run laws:mutants -- 40
 *
 * Each law that an original keeps is tried on its mutant, until its first counterexample. Exits 1 when a mutant survives,
 * when an original is accused, or when the law that is listed beside a mutant is not among those that catch it.
 */

import { wrongInterpreters } from '../spec/laws/mutants/interpreters.js';
import { catches, keptBy, type Mutant, unknownLaws } from '../spec/laws/mutants/mutant.js';
import { wrongSystems } from '../spec/laws/mutants/systems.js';
import { hashProgram } from '../src/dsl/index.js';

const [cases = 12] = process.argv.slice(2).map(Number);
const mutants = [...wrongSystems, ...wrongInterpreters];
const kept = new Map<string | Mutant['original'], ReturnType<typeof keptBy>>();
const faults: string[] = unknownLaws(mutants).map((name) => `there is no law '${name}'`);
let tried = 0;

for (const [number, mutant] of mutants.entries()) {
  const { original } = mutant;
  const id = typeof original === 'function' ? original : hashProgram(original);
  const known = kept.get(id) ?? keptBy(mutant.original, cases);
  kept.set(id, known);
  const found = catches(mutant, known.kept, cases);
  tried += found.reduce((sum, { cases: n }) => sum + n, 0);
  const [first] = [...found].sort((a, b) => Number(b.law === mutant.law) - Number(a.law === mutant.law));
  const names = found.map(({ law, cases: n }) => `${law} (case ${n})`).join(', ');
  process.stdout.write(
    `${String(number + 1).padStart(2)}  ${mutant.bug}\n      ${names === '' ? 'SURVIVES' : names}\n${first === undefined ? '' : `      ${first.law}: ${first.says}\n`}`,
  );
  if (first === undefined)
    faults.push(`'${mutant.bug}' survives; its original keeps ${known.kept.join(', ')}`);
  else if (first.law !== mutant.law) faults.push(`'${mutant.bug}' is not caught by '${mutant.law}'`);
  for (const law of known.accused) faults.push(`the original of '${mutant.bug}' is accused by '${law}'`);
}

process.stdout.write(
  `${mutants.length} mutants, ${mutants.length - faults.filter((f) => f.includes('survives')).length} caught, ${tried} cases until they were\n`,
);
for (const fault of new Set(faults)) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
