/** What an editor shows where one hovers over a name: asked of the compiler's own language server. */

import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './compiler.js';

const compiler = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin',
  'tsc',
);

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly items?: readonly unknown[] };
  readonly result?: { readonly contents?: { readonly value?: string } } | null;
}

/** The texts that an editor shows of these constants of a module, by name, blanks and line ends as one space. */
export const hovered = async (
  source: string,
  names: readonly string[],
): Promise<Readonly<Record<string, string>>> => {
  const folder = join(root, '.cache', 'hover');
  const file = join(folder, 'module.ts');
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, source);
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../tsconfig.json',
      compilerOptions: { types: ['node'] },
      include: ['module.ts'],
      exclude: [],
    }),
  );
  const server = spawn(process.execPath, [compiler, '--lsp', '--stdio'], { cwd: root });
  const answers = new Map<number, (message: Message) => void>();
  const send = (message: object): void => {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  };
  let read = Buffer.alloc(0);
  server.stdout.on('data', (more: Buffer) => {
    read = Buffer.concat([read, more]);
    for (;;) {
      const [head = '', length] =
        /^Content-Length: (\d+)[\s\S]*?\r\n\r\n/.exec(read.toString('latin1')) ?? [];
      const end = head.length + Number(length);
      if (head === '' || read.length < end) return;
      const message: Message = JSON.parse(read.subarray(head.length, end).toString());
      read = read.subarray(end);
      // What the server asks for has its default.
      if (message.method !== undefined && message.id !== undefined)
        send({ id: message.id, result: message.params?.items?.map(() => null) ?? null });
      else if (message.id !== undefined) answers.get(message.id)?.(message);
    }
  });
  const ask = (id: number, method: string, params: object): Promise<Message> =>
    new Promise((resolve) => {
      answers.set(id, resolve);
      send({ id, method, params });
    });
  const uri = pathToFileURL(file).href;
  try {
    const hover = { contentFormat: ['plaintext'] };
    await ask(0, 'initialize', {
      processId: process.pid,
      rootUri: pathToFileURL(root).href,
      capabilities: { textDocument: { hover } },
    });
    send({ method: 'initialized', params: {} });
    const textDocument = { uri, languageId: 'typescript', version: 1, text: source };
    send({ method: 'textDocument/didOpen', params: { textDocument } });
    const shown: [string, string][] = [];
    for (const [i, name] of names.entries()) {
      const before = source
        .slice(0, source.search(new RegExp(`\\bconst ${name}\\b`)) + 'const '.length)
        .split('\n');
      const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
      const { result } = await ask(i + 1, 'textDocument/hover', { textDocument: { uri }, position });
      shown.push([name, (result?.contents?.value ?? '').replaceAll(/\s+/g, ' ')]);
    }
    return Object.fromEntries(shown);
  } finally {
    server.kill();
  }
};
