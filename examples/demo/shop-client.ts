/** One client of the shop: one transaction at a time, at a steady rate, each remembered before it is sent. */
import {randomUUID} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';
import {outcomeOf, type Router} from '../../src/router/router.ts';
import {type ClientLog, nowMs} from './client-log.ts';
import type {Operation, Query, Setting} from './operation.ts';
import {nextOperation} from './shop-operations.ts';

export type Tally = {ok: number; fail: number; unknown: number};

export type ShopClient = {
  /** Or another way to a database that tells as surely what an error proves. */
  readonly router: Pick<Router, 'query' | 'transaction'>;
  readonly setting: Setting;
  readonly log: ClientLog;
  /** Between the starts of two transactions, unless the last one took longer. */
  readonly intervalMs: number;
  readonly tally: Tally;
  readonly signal: AbortSignal;
};

type Ledger = readonly [client: number, seq: number, nonce: string, kind: string];
type SideRow = {readonly side: number};

const WRITE_LEDGER = 'INSERT INTO shop.ledger (client, seq, nonce, kind) VALUES ($1, $2, $3, $4) RETURNING inet_server_port() AS side';

/** Ends after the transaction in work when the signal aborts. */
export async function runClient(client: ShopClient): Promise<void> {
  // Spread over the first interval, so that the clients do not march in step.
  let nextAtMs = nowMs() + client.setting.chance.next() * client.intervalMs;
  for (let seq = 1; !client.signal.aborted; seq += 1) {
    await pause(nextAtMs - nowMs(), client.signal);
    if (client.signal.aborted) break;
    nextAtMs = Math.max(nextAtMs, nowMs() - client.intervalMs) + client.intervalMs;
    await attempt(client, seq);
  }
  client.log.close();
}

async function attempt({router, setting, log, tally}: ShopClient, seq: number): Promise<void> {
  const operation = nextOperation(setting);
  const ledger: Ledger = [setting.client, seq, randomUUID(), operation.kind];
  log.append({
    type: 'invoke',
    client: setting.client,
    seq,
    kind: operation.kind,
    nonce: ledger[2],
    writes: operation.writes,
    atMs: nowMs(),
  });
  try {
    const side = await send(router, operation, ledger);
    log.append({type: 'ok', seq, side, atMs: nowMs()});
    setting.rows.apply(operation.writes);
    tally.ok += 1;
  } catch (error) {
    const outcome = outcomeOf(error);
    const type = outcome === 'failed' ? 'fail' : 'unknown';
    log.append({type, seq, error: describe(error), atMs: nowMs()});
    if (type === 'unknown') setting.rows.forget(operation.writes);
    tally[type] += 1;
  }
}

async function send(router: ShopClient['router'], {single, run}: Operation, ledger: Ledger): Promise<number> {
  if (single) return sideOf((await router.query<SideRow>(single.text, [...ledger, ...single.params])).rows);
  const act = async ({query}: {query: Query}): Promise<number> => {
    await run?.(query);
    return sideOf((await query<SideRow>(WRITE_LEDGER, ledger)).rows);
  };
  return router.transaction(act, {retryRefused: true});
}

function sideOf(rows: readonly SideRow[]): number {
  const [row] = rows;
  if (!row) throw new Error('the transaction left no row in the ledger');
  return row.side;
}

const describe = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? `${String(error.code)} ${error.message}` : error.message;
};

/** The signal ends the pause early; that is no error. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return;
  await sleep(ms, undefined, {signal}).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
