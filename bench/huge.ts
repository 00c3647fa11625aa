/**
 * `npm run bench -- --huge [--rows 10000000] [--kill]`: one source transaction of that many rows, while a stranger's lock keeps the
 * target from applying it for longer than `wal_sender_timeout`. The real program, with a small heap; with `--kill` it dies
 * when half of the rows are written, and is resumed. What it took is told; nothing is asserted but that the rows arrive, in
 * one transaction.
 */
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import pg from 'pg';
import {Crossfade} from '../examples/demo/crossfade-process.ts';
import {startEmbeddedServer} from '../examples/demo/embedded-servers.ts';
import {sqlOn} from './databases.ts';

const LOOK_MS = 250;

export type HugeSizes = {
  readonly rows: number;
  readonly heapMib: number;
  /** The stranger's lock lasts for twice as long. */
  readonly senderTimeoutS: number;
  /** kill -9 of the runner in the middle of the target's transaction. */
  readonly isKilled: boolean;
};

export const HUGE: HugeSizes = {rows: 10_000_000, heapMib: 256, senderTimeoutS: 10, isKilled: false};

const PLAN = `name: huge
workflow: live-migration
source: {engine: postgres, url: env:HUGE_SOURCE}
target: {engine: postgres, url: env:HUGE_TARGET}
schema: {kind: existing}
scope: {tables: [public.*]}
gates: {cutover: [approval]}
`;

export async function huge(sizes: HugeSizes, say: (text: string) => void): Promise<Readonly<Record<string, number | boolean>>> {
  const {rows, heapMib, senderTimeoutS, isKilled} = sizes;
  const settings = {wal_sender_timeout: `${senderTimeoutS}s`};
  const [source, target] = await Promise.all([
    startEmbeddedServer({version: 17, settings}),
    startEmbeddedServer({version: 18, settings: {track_commit_timestamp: 'on'}}),
  ]);
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-huge-'));
  const environment = {HUGE_SOURCE: source.url, HUGE_TARGET: target.url, NODE_OPTIONS: `--max-old-space-size=${heapMib}`};
  const runner = new Crossfade({state: join(folder, 'state'), evidence: folder, environment});
  try {
    for (const {url} of [source, target]) await sqlOn(url, 'CREATE TABLE item (id bigint PRIMARY KEY, n int NOT NULL)');
    writeFileSync(join(folder, 'plan.yaml'), PLAN);
    runner.start('run', join(folder, 'plan.yaml'));
    const log = (): string => readFileSync(join(folder, 'runner.log'), 'utf8');
    const until = (isSo: () => Promise<boolean> | boolean): Promise<void> => untilUnlessEnded(runner, isSo);
    await until(() => log().includes('cutover waits'));
    const stranger = new pg.Client({connectionString: target.url});
    await stranger.connect();
    await stranger.query('BEGIN; LOCK TABLE item IN ACCESS EXCLUSIVE MODE');
    say(`writing ${rows.toLocaleString('en')} rows in one transaction`);
    await sqlOn(source.url, `INSERT INTO item SELECT i, i % 1000 FROM generate_series(1, ${rows}) AS i`);
    const committed = performance.now();
    const sender = await senderOf(source.url);
    const [now] = await sqlOn(target.url, 'SELECT clock_timestamp()::text AS now');
    const passed = `SELECT (clock_timestamp() > '${String(now?.['now'])}'::timestamptz + interval '${2 * senderTimeoutS} s')::text AS passed`;
    await until(async () => (await sqlOn(target.url, passed))[0]?.['passed'] === 'true');
    const isSameSender = (await senderOf(source.url)) === sender;
    await stranger.query('COMMIT');
    await stranger.end();
    let [rssKib, keptBytes] = [0, 0];
    if (isKilled) {
      await until(async () => Number((await sqlOn(target.url, SIZE))[0]?.['bytes']) > (rows * ROW_BYTES_MIN) / 2);
      rssKib = peakOf(runner.pid);
      await runner.kill9();
      runner.start('resume');
    }
    await until(async () => {
      rssKib = Math.max(rssKib, peakOf(runner.pid));
      keptBytes = Math.max(keptBytes, Number((await sqlOn(source.url, KEPT))[0]?.['kept'] ?? 0));
      return (await sqlOn(target.url, 'SELECT 1 FROM item LIMIT 1')).length > 0;
    });
    const seconds = (performance.now() - committed) / 1000;
    const [found] = await sqlOn(
      target.url,
      `SELECT count(*)::int AS rows, count(DISTINCT pg_xact_commit_timestamp(xmin))::int AS transactions FROM item`,
    );
    return {
      rows: Number(found?.['rows']),
      transactions: Number(found?.['transactions']),
      secondsAfterCommit: Math.round(seconds),
      secondsLocked: 2 * senderTimeoutS,
      peakRssMib: Math.round(rssKib / 1024),
      heapMib,
      keptLogMib: Math.round(keptBytes / 1024 / 1024),
      isSameSender,
      breaks: log().split('broke off').length - 1,
    };
  } finally {
    await runner.kill9();
    await Promise.all([source.stop(), target.stop()]);
    rmSync(folder, {recursive: true, force: true});
  }
}

/** On a page; a row is no smaller. */
const ROW_BYTES_MIN = 36;
/** Grows with rows that have not been committed, too. */
const SIZE = `SELECT pg_relation_size('item')::text AS bytes`;
const KEPT = `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::text AS kept FROM pg_replication_slots`;

const senderOf = async (url: string): Promise<unknown> => (await sqlOn(url, 'SELECT pid FROM pg_stat_replication'))[0]?.['pid'];

/** The high-water mark that the system keeps of a process; 0 where it keeps none. */
function peakOf(pid: number | undefined): number {
  const file = `/proc/${pid}/status`;
  const status = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0);
}

async function untilUnlessEnded(runner: Crossfade, isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) {
    if (!runner.isRunning) throw new Error(`the runner has ended: ${runner.lastWords()}`);
    await sleep(LOOK_MS);
  }
}
