/** The process that tries one engine: TensorFlow.js has one backend at a time, and an engine that dies takes its process along. */

import * as E from 'fp-ts/lib/Either.js';
import { defect, errorMessage } from '../../base/error.js';
import { type Reply, type Request, requestCodec } from './messages.js';
import { takenHere, tryHere } from './try-here.js';

const reply = async ({ engine, seconds }: Request): Promise<Reply> =>
  engine === 'auto'
    ? { kind: 'taken', taken: await takenHere() }
    : {
        kind: 'trial',
        trial: await tryHere(engine, seconds).catch((cause: unknown) => ({
          state: 'fails' as const,
          reason: errorMessage(defect(cause)),
        })),
      };

// The process ends with its channel, even if the engine has open handles.
process.on('disconnect', () => process.exit(0));

process.once('message', async (message) => {
  const request = requestCodec.decode(message);
  if (E.isLeft(request)) process.exit(1);
  const said = await reply(request.right);
  process.send?.(said, () => process.exit(0));
});
