/** A training of a page as a run folder in a zip archive, which `drumhead run FOLDER` goes on with. Pure. */

import { hashProgram, languageVersion, parametersOf } from '../../dsl/index.js';
import { arithmetic, arithmeticOf } from '../../engine/arithmetic.js';
import { engineLabel } from '../../engine/engine.js';
import { identityOf } from '../../experiments/identity.js';
import { storedZip } from '../../formats/zip-stored.js';
import { packed } from '../../runner/folder/ongoing/checkpoint-values.js';
import type { Recorded } from '../../runner/folder/record.js';
import { sealed } from '../../runner/folder/seal.js';
import { runTexts } from '../../runner/run/run-texts.js';
import { pageEngine, type Training } from './trainings.js';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const json = (value: unknown): Uint8Array => text(`${JSON.stringify(value, null, 2)}\n`);

/**
 * The folder `NAME/seed-S-IDENTITY`, zipped: unpacked below `runs`, it is an unfinished run.
 *
 * @param host the browser, for the record
 */
export const runFolder = (
  { experiment, program, classes, plan, state }: Training,
  host: string,
): { readonly name: string; readonly zip: Uint8Array } => {
  const { seed, microBatches } = plan;
  const number = arithmetic[pageEngine.name];
  const identity = identityOf(experiment, {
    program: hashProgram(program),
    seed,
    engine: engineLabel(pageEngine),
    arithmetic: number,
  });
  const { record, ...written } = runTexts({ identity, experiment, program, seed, classes });
  const environment: Recorded = {
    drumhead: 'browser',
    commit: null,
    language: languageVersion,
    node: 'none',
    platform: host,
    processor: 'unknown',
    engine: pageEngine.name,
    engineVersion: 'fused kernels, no TensorFlow.js',
    arithmetic: number,
    kernels: 'fused',
    why: 'it was trained in a page',
    cut: [...microBatches],
    workers: 1,
    changes: [],
  };
  const { header, bytes } = packed(parametersOf(program.graph), state, arithmeticOf(pageEngine));
  const name = `${experiment.name}/seed-${seed}-${identity.slice(0, 10)}`;
  const files: Readonly<Record<string, Uint8Array>> = {
    'experiment.json': text(written.experiment),
    'program.json': text(written.program),
    'run.json': json(sealed({ ...record, figures: 'sealed' })),
    'environment.json': json(sealed(environment)),
    'checkpoint.json': json(sealed(header)),
    [header.values]: bytes,
    'metrics.ndjson': text(state.history.map((metrics) => `${JSON.stringify(metrics)}\n`).join('')),
  };
  return {
    name,
    zip: storedZip(
      Object.fromEntries(Object.entries(files).map(([file, content]) => [`${name}/${file}`, content])),
    ),
  };
};
