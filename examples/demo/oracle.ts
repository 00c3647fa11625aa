/**
 * Judges a run by what the clients were told: every acknowledged transaction is on the open side exactly once and
 * whole, nothing refused is there, and the sides took turns. Shares no code with the migration and reads only the
 * clients' logs, the databases, and when the switches were.
 *
 *   node oracle.ts FOLDER
 *
 * with the addresses in CROSSFADE_DEMO_OPEN and CROSSFADE_DEMO_CLOSED and the port of the source in
 * CROSSFADE_DEMO_SOURCE_PORT. Prints its report as JSON and ends with 1 when the data are wrong.
 */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {readActualState, readNonces} from './actual-state.ts';
import {type Attempt, readClientLogs} from './client-log.ts';
import {type ActualState, judge} from './expected-state.ts';
import {askWitness} from './log-witness.ts';
import {longestGapMs, type Stall, sideFaults, stalls, type SwitchWindow} from './stalls.ts';

export type OracleQuestion = {
  /** With `client-<n>.log` and `switches.json`. */
  readonly folder: string;
  readonly openUrl: string;
  /** Absent when that server is gone already. */
  readonly closedUrl?: string | undefined;
  /** Where the first writes went. */
  readonly sourcePort: number;
  /** Both sides have a witness (`log-witness.ts`), who is asked as well. */
  readonly hasWitness?: boolean;
};

export type OracleReport = {
  readonly acknowledged: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly corrupt: number;
  /** Refused, certainly without effect. */
  readonly failed: number;
  /** Neither acknowledged nor refused: these may be there or not, but only once and whole. */
  readonly unknown: number;
  /** Two sides open at once, or a write that only the closed side has. */
  readonly sideFaults: number;
  readonly perSwitch: readonly Stall[];
  /** The longest that any client went without an acknowledgement, whatever the reason. */
  readonly longestGapMs: number;
  /** The first things found, in words. */
  readonly words: readonly string[];
};

/** True when no acknowledged write is lost, doubled or changed and never two sides were open. */
export const isClean = (report: OracleReport): boolean => report.lost + report.duplicated + report.corrupt + report.sideFaults === 0;

export async function askOracle({folder, openUrl, closedUrl, sourcePort, hasWitness = false}: OracleQuestion): Promise<OracleReport> {
  const actual = await readActualState(openUrl);
  const closedNonces = closedUrl === undefined ? [] : await readNonces(closedUrl);
  const witnesses = hasWitness ? [openUrl, ...(closedUrl === undefined ? [] : [closedUrl])] : [];
  const testimony = (await Promise.all(witnesses.map((url) => askWitness(url)))).flat();
  return reportOn({clients: readClientLogs(folder), windows: readSwitches(folder), actual, closedNonces, testimony, sourcePort});
}

export type Evidence = {
  readonly clients: readonly (readonly Attempt[])[];
  readonly windows: readonly SwitchWindow[];
  /** Of the open side. */
  readonly actual: ActualState;
  readonly closedNonces: readonly string[];
  /** What the logs of the servers say against them. */
  readonly testimony: readonly string[];
  readonly sourcePort: number;
};

/** The same of any application that keeps such logs. Pure. */
export function reportOn({clients, windows, actual, closedNonces, testimony, sourcePort}: Evidence): OracleReport {
  const {lost, duplicated, corrupt, words} = judge(clients, actual);
  const open = new Set(actual.ledger.map(({nonce}) => nonce));
  const stranded = closedNonces.filter((nonce) => !open.has(nonce));
  const faults = [
    ...sideFaults(clients, windows.length, sourcePort),
    ...stranded.map((nonce) => `${nonce}: only on the closed side`),
    ...testimony,
  ];
  return {
    acknowledged: count(clients, 'ok'),
    lost: lost.size,
    duplicated: duplicated.size,
    corrupt: corrupt.size,
    failed: count(clients, 'fail'),
    unknown: count(clients, 'unknown') + count(clients, undefined),
    sideFaults: faults.length,
    perSwitch: stalls(clients, windows),
    longestGapMs: longestGapMs(clients),
    words: [...words, ...faults.slice(0, 10)],
  };
}

const count = (clients: readonly (readonly Attempt[])[], type: 'ok' | 'fail' | 'unknown' | undefined): number =>
  clients.flat().filter(({end}) => end?.type === type).length;

/** Written by the demo. */
const readSwitches = (folder: string): SwitchWindow[] => JSON.parse(readFileSync(join(folder, 'switches.json'), 'utf8')) as SwitchWindow[];

if (import.meta.main) await main();

async function main(): Promise<void> {
  const [, , folder] = process.argv;
  const {CROSSFADE_DEMO_OPEN: openUrl, CROSSFADE_DEMO_CLOSED: closedUrl, CROSSFADE_DEMO_SOURCE_PORT: port} = process.env;
  if (!folder || !openUrl || !port) throw new Error('usage: CROSSFADE_DEMO_OPEN=… CROSSFADE_DEMO_SOURCE_PORT=… oracle.ts FOLDER');
  const report = await askOracle({folder, openUrl, closedUrl, sourcePort: Number(port)});
  process.stdout.write(`${JSON.stringify(report)}\n`);
  process.exitCode = isClean(report) ? 0 : 1;
}
