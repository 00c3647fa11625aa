/** What the clients' own logs say: how long each waited while something went on, what failed, and what has to be found. */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

/** One write, as its client knows it; milliseconds, `startMs` since 1970. */
export type Write = {
  readonly seq: number;
  /** The slot, or `entry`. */
  readonly what: string;
  readonly startMs: number;
  readonly ms: number;
  readonly outcome: 'ok' | 'fail' | 'unknown';
  /** The version of the server that answered. */
  readonly server: string;
  readonly error: string;
};
/** In the order of each client. */
export type Log = readonly (readonly Write[])[];
/** Of the open side. */
export type Ask = (statement: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;
export type Window = {readonly fromMs: number; readonly toMs: number};

export function readLogs(folder: string): Log {
  const files = readdirSync(folder).filter((name) => name.startsWith('client-'));
  return files.map((_, client) =>
    readFileSync(join(folder, `client-${client}.log`), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map(readWrite),
  );
}

function readWrite(line: string): Write {
  const [seq, what = '', startMs, ms, outcome, server = '', error = ''] = line.split('\t');
  return {seq: Number(seq), what, startMs: Number(startMs), ms: Number(ms), outcome: outcome as Write['outcome'], server, error};
}

/** The longest wait of each client for a statement that was under way in the window. */
export const waitsIn = (log: Log, {fromMs, toMs}: Window): number[] =>
  log.map((writes) =>
    Math.max(
      0,
      ...writes
        .slice(firstAfter(writes, fromMs))
        .filter(untilStart(toMs))
        .map(({ms}) => ms),
    ),
  );

/** Of statements that met none of the windows: what is everyday here. */
export const waitsOutside = (log: Log, windows: readonly Window[]): number[] =>
  log.flatMap((writes) =>
    writes.filter(({startMs, ms}) => !windows.some(({fromMs, toMs}) => startMs <= toMs && startMs + ms >= fromMs)).map(({ms}) => ms),
  );

export const failures = (log: Log): Write[] => log.flat().filter(({outcome}) => outcome !== 'ok');

/** How often each client was answered by another server than before; a client that went to and fro shows. */
export const moves = (log: Log): number[] =>
  log.map((writes) => {
    const servers = writes.flatMap(({server}) => server || []);
    return servers.filter((server, i) => i > 0 && server !== servers[i - 1]).length;
  });

/** A client has one statement under way at a time, so ends are in order as well. */
function firstAfter(writes: readonly Write[], fromMs: number): number {
  let [low, high] = [0, writes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const one = writes[middle];
    if (one && one.startMs + one.ms < fromMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Only those before the first that began later, so the list is not walked to its end. */
const untilStart = (toMs: number) => {
  let isPast = false;
  return ({startMs}: Write): boolean => !(isPast ||= startMs > toMs);
};

/** Acknowledged writes that are not on the open side, and writes that are there too often. */
export async function missing(log: Log, ask: Ask): Promise<{readonly lost: number; readonly twice: number}> {
  const slots = await ask('SELECT client, slot, writes FROM stall.slot WHERE writes > 0');
  const entries = await ask('SELECT client, seq, count(*) AS times FROM stall.entry GROUP BY client, seq');
  const found = new Map(slots.map(({client, slot, writes}) => [`${String(client)} ${String(slot)}`, Number(writes)]));
  const times = new Map(entries.map(({client, seq, times: counted}) => [`${String(client)} ${String(seq)}`, Number(counted)]));
  let [lost, twice] = [0, 0];
  const judge = (have: number, least: number, most: number): void => {
    lost += Math.max(0, least - have);
    twice += Math.max(0, have - most);
  };
  for (const [client, writes] of log.entries()) {
    for (const [slot, {least, most}] of bySlot(writes)) judge(found.get(`${client} ${slot}`) ?? 0, least, most);
    for (const {seq, what, outcome} of writes)
      if (what === 'entry') judge(times.get(`${client} ${seq}`) ?? 0, Number(outcome === 'ok'), Number(outcome !== 'fail'));
  }
  return {lost, twice};
}

/** What was acknowledged has to be there; what nobody knows of may be. */
function bySlot(writes: readonly Write[]): Map<string, {least: number; most: number}> {
  const slots = new Map<string, {least: number; most: number}>();
  for (const {what, outcome} of writes) {
    if (what === 'entry' || outcome === 'fail') continue;
    const known = slots.get(what) ?? {least: 0, most: 0};
    slots.set(what, {least: known.least + Number(outcome === 'ok'), most: known.most + 1});
  }
  return slots;
}
