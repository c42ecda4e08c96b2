/**
 * Which process a file belongs to, told from its name alone: an empty file is there whole or not at all.
 *
 * A process id means something only where it was given: on one machine, since its last start, in one namespace of
 * processes. So a holder carries all three, with the time that the process started, which a later process of the same
 * id does not share. A holder from elsewhere is judged by its heartbeat.
 *
 * Systems without /proc (macOS, Windows) say neither when a process started nor when the machine did. There an id that
 * is not given to any process still means a dead one; an id that is given may be another process's by now, so its holder
 * is judged by its heartbeat too.
 */

import { randomUUID } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** A process, as it is named in files. */
export interface Holder {
  readonly pid: number;
  /** When it started, in ticks since the machine did; null where the system does not tell. */
  readonly started: string | null;
  readonly host: string;
  /** The start of the machine and the namespace of its processes, `unknown` without /proc; null for a name without one. */
  readonly realm: string | null;
}

const pattern = /^(\d{1,10})-(\d+|x)-[0-9a-f-]{36}-(.+)$/;

/** The name of a holder, which no other call gives again: pid, start, a random part, and where it runs. */
export const holderName = ({ pid, started, host, realm }: Holder): string =>
  `${pid}-${started ?? 'x'}-${randomUUID()}-${encodeURIComponent(realm === null ? host : `${host}~${realm}`)}`;

const decoded = (text: string): string | null => {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};

/** The holder that a name tells; null for what is no such name: anybody may put files of any name anywhere. */
export const holderOf = (name: string): Holder | null => {
  const found = pattern.exec(name);
  if (found === null) return null;
  const [, id, started, encodedHost] = found;
  const [pid, where] = [Number(id), decoded(encodedHost)];
  // Process 0 is no process: a signal to it goes to one's own group, and always arrives.
  if (where === null || pid < 1 || pid > 0x7fffffff) return null;
  const cut = where.lastIndexOf('~');
  return {
    pid,
    started: started === 'x' ? null : started,
    host: cut < 0 ? where : where.slice(0, cut),
    realm: cut < 0 ? null : where.slice(cut + 1),
  };
};

/** Start of a process in ticks since the machine started, where there is /proc. */
const startOf = async (pid: number): Promise<string | null> => {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name of the process, in brackets, may hold anything; the fields are counted behind it.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return fields[19] ?? null;
};

/** The realm of every holder on a system without /proc. */
const unknownRealm = 'unknown';

const realmHere = async (): Promise<string> => {
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim();
  const space = /\d+/.exec(await readlink('/proc/self/ns/pid').catch(() => ''))?.[0] ?? '';
  return boot === '' || space === '' ? unknownRealm : `${boot.replaceAll('-', '').slice(0, 12)}.${space}`;
};

/** This process. */
export const ownHolder = async (): Promise<Holder> => ({
  pid: process.pid,
  started: await startOf(process.pid),
  host: hostname(),
  realm: await realmHere(),
});

const answers = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    // EPERM: it lives, and belongs to someone else.
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
};

/**
 * Whether a holder's process lives; null where its id does not tell: on another machine, before the last start of this
 * one, in another namespace, and where the system does not say when a process started.
 */
export const livesHere = async (holder: Holder, own: Holder): Promise<boolean | null> => {
  if (holder.host !== own.host) return null;
  if (holder.realm !== null && own.realm !== null && holder.realm !== own.realm) return null;
  if (!answers(holder.pid)) return false;
  if (holder.realm === unknownRealm && holder.pid !== own.pid) return null;
  const start = await startOf(holder.pid);
  return holder.started === null || start === null || start === holder.started;
};
