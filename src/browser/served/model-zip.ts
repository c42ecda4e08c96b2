/** A program with its weights as a GraphModel of TensorFlow.js, zipped. Loaded when it is first needed. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { hashOf, sha256Hex } from '../../base/canonical.js';
import type { Checked, DrumheadError } from '../../base/error.js';
import { graphModel } from '../../compile/graph-model/index.js';
import { graphModelFiles, weightBytes } from '../../compile/graph-model/shards.js';
import type { Arrays } from '../../compile/parameters.js';
import { hashProgram, type Program, signature } from '../../dsl/program.js';
import { storedZip } from '../../formats/zip-stored.js';

/** model.json and its shards, in a folder `model`. */
export const modelZip = (program: Program, parameters: Arrays): Checked<Uint8Array> =>
  pipe(
    graphModel(program, parameters),
    E.mapLeft((error): DrumheadError => error),
    E.map((model) =>
      graphModelFiles(model, {
        generatedBy: 'drumhead, in a page',
        metadata: {
          drumhead: 1,
          description: signature(program),
          program: hashProgram(program),
          experiment: null,
          graphSha256: hashOf([model.graph, model.signature]),
          weightsSha256: sha256Hex(weightBytes(model)),
        },
      }),
    ),
    E.map((files) =>
      storedZip(Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`model/${name}`, bytes]))),
    ),
  );
