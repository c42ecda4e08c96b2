/** What `drumhead doctor` prints, and its exit code. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../src/base/error.js';
import { diagnosisText, doctor } from '../../src/cli/commands/doctor.js';
import {
  type Diagnosis,
  diagnose,
  diagnosisCodec,
  type Tested,
  type Ways,
} from '../../src/runner/doctor/index.js';
import { typed } from '../support/typed.js';

const works: Tested = {
  state: 'works',
  version: 'tfjs 4.22.0, wasm 4.22.0',
  instructions: 'simd128',
  kernels: 'fused',
  threads: 64,
  limitBytes: 3 * 2 ** 30,
  parity: { against: 'the reference in float64', at: 'waves', error: 1.2e-7, limit: 1e-5, holds: true },
  speed: { of: 'a wave', imagesPerSecond: 394.2, flopsPerSecond: 3.26e10 },
};
const wrong: Tested = {
  ...works,
  kernels: 'op by op',
  state: 'wrong',
  parity: { ...works.parity, error: null, holds: false },
};

const others = async () => [
  { name: 'here', version: '1.2', problem: null, lost: 'x', brings: 'get here' },
  { name: 'gone', version: null, problem: null, lost: 'no maps', brings: 'npm install gone' },
  { name: 'ill', version: null, problem: 'no host', lost: 'no queue', brings: 'get well' },
];

/** tensorflow dies, native is absent, cpu is what is given. */
const ways = (cpu: Tested): Ways => ({
  others,
  ask: async ({ engine }) => {
    switch (engine) {
      case 'auto':
        return E.right({ kind: 'taken', taken: { engine: 'wasm', why: 'auto: WebAssembly is there' } });
      case 'tensorflow':
        return E.left('its process died of SIGSEGV');
      case 'native':
        return E.right({
          kind: 'trial',
          trial: { state: 'unusable', reason: 'no binary; npm run build:native' },
        });
      default:
        return E.right({ kind: 'trial', trial: engine === 'cpu' ? cpu : works });
    }
  },
});

/** Does work whose output nobody sees. */
const quietly = async <A>(work: () => Promise<A>): Promise<A> => {
  const restore = (['stdout', 'stderr'] as const).map((name) => {
    const { write } = process[name];
    process[name].write = () => true;
    return () => {
      process[name].write = write;
    };
  });
  try {
    return await work();
  } finally {
    for (const one of restore) one();
  }
};

describe('drumhead doctor', () => {
  it('prints one table within 80 columns, without colour, and every sentence', async () => {
    const text = diagnosisText(await diagnose(2, ways(wrong)));
    for (const line of text.split('\n')) assert.ok(line.length <= 80, line);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin so
    assert.doesNotMatch(text, /\u001b/);
    assert.match(text, /^engine +code +threads +memory +error +images\/s +GFLOP\/s$/m);
    assert.match(text, /^wasm +works +simd128 +64 +3 GiB +1\.2e-7 < 1e-5 +394 +32\.60$/m);
    assert.match(text, /^cpu +WRONG .* NaN > 1e-5 /m);
    const flat = text.replace(/\s+/g, ' ');
    for (const sentence of [
      'here wasm',
      'tensorflow fails: its process died of SIGSEGV; take another engine by --engine, and install this one anew',
      'native is unusable: no binary; npm run build:native',
      'cpu computes op by op, as DRUMHEAD_FUSE says',
      'cpu gives wrong numbers: waves differs from the reference in float64 by NaN, more than 1e-5',
      'here found 1.2',
      'gone absent: no maps npm install gone',
      'ill there, and it fails: no host; no queue get well',
    ])
      assert.ok(flat.includes(sentence), `${sentence}\n${text}`);
    assert.doesNotMatch(flat, /auto takes wasm/);
    const { ask } = ways(works);
    const kept = await diagnose(2, {
      others,
      ask: (request) => ask(request.engine === 'native' ? { ...request, engine: 'cpu' } : request),
    });
    assert.match(diagnosisText(kept), /^auto takes wasm: auto: WebAssembly is there$/m);
    for (const width of [40, 100])
      for (const line of diagnosisText(await diagnose(2, ways(works)), width).split('\n'))
        assert.ok(line.length <= width, line);
  });

  it('ends well where engines are unusable or die, and with 1 where one is wrong', async () => {
    const well = await quietly(() => doctor({ seconds: '2', json: true }, ways(works))());
    assert.ok(E.isRight(well));
    const read: E.Either<unknown, Diagnosis> = diagnosisCodec.decode(JSON.parse(well.right));
    assert.ok(E.isRight(read), well.right);
    assert.deepEqual(
      read.right.engines.map(({ name, trial }) => [name, trial.state]),
      [
        ['tensorflow', 'fails'],
        ['native', 'unusable'],
        ['wasm', 'works'],
        ['cpu', 'works'],
      ],
    );
    const ill = await quietly(() => doctor({ seconds: '2' }, ways(wrong))());
    assert.ok(E.isLeft(ill) && ill.left._tag === 'Mismatch');
    assert.match(errorMessage(ill.left), /cpu gives wrong numbers/);
  });

  it('refuses seconds that are none, before anything is tried', async () => {
    for (const seconds of ['0', 'x', '61', '']) {
      const { status, stderr } = await typed(['doctor', '--seconds', seconds]);
      assert.equal(status, 2);
      assert.match(stderr, /--seconds: .* is not a number of seconds/);
      assert.doesNotMatch(stderr, /trying/);
    }
  });
});
