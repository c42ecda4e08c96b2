import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

describe('a pool that nobody closes', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  const run = async (source: URL, steps: number, enough?: RegExp) => {
    const script = fileURLToPath(new URL('./pool-child.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', script, source.href, `${steps}`]);
    children.push(child);
    let out = '';
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    child.stdout.on('data', (text) => {
      out += text;
      if (enough?.test(out)) child.kill('SIGINT');
    });
    const [code, signal] = await once(child, 'close');
    return { code, signal, out, said };
  };
  const src = new URL('../../../../src/', import.meta.url);
  const dist = new URL('../../../../dist/', import.meta.url);

  const made = () => existsSync(new URL('compile/tfjs/session/worker.js', dist));

  it('lets the process end once it has answered', async () => {
    const { code, out, said } = await run(src, 1);
    assert.match(out, /^open 2\n\d\.\d+\n$/);
    assert.deepEqual([code, said], [0, '']);
  });

  it('ends with the process on Ctrl-C, without a word', async () => {
    const { signal, said } = await run(made() ? dist : src, 10_000, /^open 2\n\d\./);
    assert.deepEqual([signal, said], ['SIGINT', '']);
  });

  it('works compiled', async function () {
    if (!made()) this.skip();
    const { code, out, said } = await run(dist, 1);
    assert.match(out, /^open 2\n\d\.\d+\n$/);
    assert.deepEqual([code, said], [0, '']);
  });
});
