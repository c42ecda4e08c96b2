/** metrics.ndjson: one line per epoch, written from the training state alone. */

import { join } from 'node:path';
import { sha256Hex } from '../../base/canonical.js';
import type { Effect } from '../../base/error.js';
import type { EpochMetrics } from '../training/state.js';
import { files, writeText } from './files.js';

const text = (history: readonly EpochMetrics[]): string =>
  history.map((metrics) => `${JSON.stringify(metrics)}\n`).join('');

/** SHA-256 of the file of this history. */
export const metricsHash = (history: readonly EpochMetrics[]): string =>
  sha256Hex(new TextEncoder().encode(text(history)));

/** Writes the whole history, atomically: a reader never sees half a line. **Errors** FileError. */
export const writeMetrics = (folder: string, history: readonly EpochMetrics[]): Effect<string> =>
  writeText(join(folder, files.metrics), text(history));
