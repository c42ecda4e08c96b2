/** A trained program as files, in each export format. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { hashOf, sha256Hex } from '../../base/canonical.js';
import { type Checked, decodeError, unknownName } from '../../base/error.js';
import { type GraphModelOptions, graphModel } from '../../compile/graph-model/index.js';
import { graphModelFiles, weightBytes } from '../../compile/graph-model/shards.js';
import { onnxGraph } from '../../compile/onnx/index.js';
import { hashProgram, parametersOf } from '../../dsl/index.js';
import type { Files } from '../../files/write-folder.js';
import { encodeOnnx } from '../../formats/onnx/encode.js';
import { encodeSafetensors, type SafeTensor } from '../../formats/safetensors.js';
import { idleTorch } from '../../models/torch-idle.js';
import { exportTorch } from '../../models/torch-names.js';
import { packageVersion } from '../folder/versions.js';
import { encodeWeights, weightsManifest } from '../folder/weights.js';
import { sizesOf, type Trained } from './trained.js';

export const exportFormats = ['graph-model', 'onnx', 'safetensors', 'program'] as const;
export type ExportFormat = (typeof exportFormats)[number];

const isFormat = (name: string): name is ExportFormat => exportFormats.some((format) => format === name);

/** The format of this name. **Errors** UnknownName. */
export const formatNamed = (name: string): Checked<ExportFormat> =>
  isFormat(name) ? E.right(name) : E.left(unknownName('format', name, exportFormats));

/** The version of the program format and of the metadata in the other formats. */
export const exportVersion = 1;

const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

const graphModelFormat = (
  { program, parameters, experiment, description }: Trained,
  options: GraphModelOptions,
): Checked<Files> =>
  pipe(
    graphModel(program, parameters, options),
    E.map((model) =>
      graphModelFiles(model, {
        generatedBy: `drumhead ${packageVersion()}`,
        metadata: {
          drumhead: exportVersion,
          description,
          program: hashProgram(program),
          experiment,
          graphSha256: hashOf([model.graph, model.signature]),
          weightsSha256: sha256Hex(weightBytes(model)),
        },
      }),
    ),
  );

const onnxFormat = (
  { program, parameters, experiment, description }: Trained,
  { outputs }: GraphModelOptions,
): Checked<Files> =>
  pipe(
    onnxGraph(program, parameters, outputs),
    E.map(({ names, ...graph }) => ({
      'model.onnx': encodeOnnx({
        ...graph,
        description,
        producer: 'drumhead',
        version: packageVersion(),
        metadata: {
          drumhead: String(exportVersion),
          program: hashProgram(program),
          experiment: JSON.stringify(experiment),
          ...(Object.keys(names).length === 0 ? {} : { names: JSON.stringify(names) }),
        },
      }),
    })),
  );

/** PyTorch expects the number of batches that a batch norm has seen. */
const batchCounts = (names: readonly string[]): Readonly<Record<string, SafeTensor>> =>
  Object.fromEntries(
    names
      .filter((name) => name.endsWith('.running_mean'))
      .map((name) => [
        name.replace(/running_mean$/, 'num_batches_tracked'),
        { shape: [], data: BigInt64Array.of(0n) },
      ]),
  );

const safetensorsFormat = ({
  program,
  parameters,
  experiment,
  model,
  description,
}: Trained): Checked<Files> => {
  if (model === null)
    return E.left(
      decodeError(
        'safetensors',
        'the program is none of the published models, so its weights have no names in PyTorch; use --format program',
      ),
    );
  const used = exportTorch(model, program, parameters);
  const tensors = { ...used, ...idleTorch(model, used) };
  const about = {
    version: exportVersion,
    program: hashProgram(program),
    description,
    model,
    sizes: sizesOf(program),
    experiment,
  };
  return E.right({
    'weights.safetensors': encodeSafetensors(
      { ...tensors, ...batchCounts(Object.keys(tensors)) },
      { format: 'pt', drumhead: JSON.stringify(about) },
    ),
  });
};

const programFormat = ({ program, parameters, experiment, model, description }: Trained): Files => {
  const declared = parametersOf(program.graph);
  const values = encodeWeights(declared, parameters);
  return {
    'program.json': bytesOf({
      format: 'drumhead-program',
      version: exportVersion,
      description,
      hash: hashProgram(program),
      program: program.graph,
      experiment,
      model,
      weightsManifest: weightsManifest(declared, 'program.bin'),
      weightsSha256: sha256Hex(values),
    }),
    'program.bin': values,
  };
};

/**
 * The files of an export.
 *
 * **Errors** UnknownName for an output that does not exist; DecodeError if the format cannot hold the
 * program.
 */
export const filesOf = (
  trained: Trained,
  format: ExportFormat,
  options: GraphModelOptions = {},
): Checked<Files> => {
  switch (format) {
    case 'graph-model':
      return graphModelFormat(trained, options);
    case 'onnx':
      return onnxFormat(trained, options);
    case 'safetensors':
      return safetensorsFormat(trained);
    case 'program':
      return E.right(programFormat(trained));
  }
};
