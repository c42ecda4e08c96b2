/**
 * The process that owns a file, encoded in the file's name alone: an empty file exists whole or not at all.
 *
 * A process id means one process only on one machine, since the machine's last start, in one process namespace. So a
 * holder names the machine, its start and the namespace. It also names the start of the process, which tells a later
 * process with the same id apart. A holder from another machine or namespace is judged by its heartbeat.
 *
 * Systems without /proc (macOS, Windows) report neither the start of a process nor that of the machine. There, an
 * unused id still means a dead process. An id in use may belong to another process by now, so its holder is judged by
 * its heartbeat too.
 */

import { randomUUID } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** A process as encoded in file names. */
export interface Holder {
  readonly pid: number;
  /** Its start in ticks since the machine started; null if the system does not report it. */
  readonly started: string | null;
  readonly host: string;
  /** The start of the machine and the namespace of its processes, `unknown` without /proc; null for a name without one. */
  readonly realm: string | null;
}

const pattern = /^(\d{1,10})-(\d+|x)-[0-9a-f-]{36}-(.+)$/;

/** A unique name of a holder: pid, start, a random part, and host with realm. */
export const holderName = ({ pid, started, host, realm }: Holder): string =>
  `${pid}-${started ?? 'x'}-${randomUUID()}-${encodeURIComponent(realm === null ? host : `${host}~${realm}`)}`;

const decoded = (text: string): string | null => {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};

/** The holder encoded in a name; null for any other name, since files of other origin may be in the folder. */
export const holderOf = (name: string): Holder | null => {
  const found = pattern.exec(name);
  if (found === null) return null;
  const [, id, started, encodedHost] = found;
  const [pid, where] = [Number(id), decoded(encodedHost)];
  // Process 0 is not a process: a signal to it goes to the sender's own group and always succeeds.
  if (where === null || pid < 1 || pid > 0x7fffffff) return null;
  const cut = where.lastIndexOf('~');
  return {
    pid,
    started: started === 'x' ? null : started,
    host: cut < 0 ? where : where.slice(0, cut),
    realm: cut < 0 ? null : where.slice(cut + 1),
  };
};

/** Start of a process in ticks since the machine started, if there is /proc. */
const startOf = async (pid: number): Promise<string | null> => {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The process name, in brackets, may contain anything, so fields are counted after it.
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
    // EPERM: the process is alive and belongs to another user.
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
};

/**
 * Whether a holder's process is alive; null if the id does not determine it: on another machine, from before the last
 * start of this one, in another namespace, or if the system does not report start times.
 */
export const livesHere = async (holder: Holder, own: Holder): Promise<boolean | null> => {
  if (holder.host !== own.host) return null;
  if (holder.realm !== null && own.realm !== null && holder.realm !== own.realm) return null;
  if (!answers(holder.pid)) return false;
  if (holder.realm === unknownRealm && holder.pid !== own.pid) return null;
  const start = await startOf(holder.pid);
  return holder.started === null || start === null || start === holder.started;
};
