/**
 * What the demo's clients remember of each transaction, and the oracle judges by: an append-only file per client, a
 * JSON line before a transaction is sent (`invoke`) and one after its end is known. An `invoke` without an end counts
 * as unknown, so a client may be killed at any time.
 */
import {closeSync, fsyncSync, openSync, readdirSync, readFileSync, writeSync} from 'node:fs';
import {join} from 'node:path';

/** The tables whose rows the clients own. */
export type OwnedTable = 'preferences' | 'orders' | 'sessions' | 'documents' | 'accounts' | 'customers';

/** What a row holds afterwards, column by column as text; `null` for a row that is gone. */
export type Write = {readonly table: OwnedTable; readonly key: string; readonly value: readonly (string | null)[] | null};

/** `atMs`: milliseconds since 1970 that never run backwards within one process. */
export type Invoke = {
  readonly type: 'invoke';
  readonly client: number;
  readonly seq: number;
  readonly kind: string;
  readonly nonce: string;
  readonly writes: readonly Write[];
  readonly atMs: number;
};

export type End =
  /** `side` is the port of the server that carried the transaction out, read inside it. */
  | {readonly type: 'ok'; readonly seq: number; readonly side: number; readonly atMs: number}
  /** The server said no, or it was never asked: certainly without effect. */
  | {readonly type: 'fail'; readonly seq: number; readonly error: string; readonly atMs: number}
  /** The connection broke while COMMIT, or a single statement, was on its way. */
  | {readonly type: 'unknown'; readonly seq: number; readonly error: string; readonly atMs: number};

/** One transaction as the oracle sees it. */
export type Attempt = {readonly invoke: Invoke; readonly end: End | undefined};

export type ClientLog = {append(line: Invoke | End): void; close(): void};

export const nowMs = (): number => performance.timeOrigin + performance.now();

/** Each line is handed to the operating system before the call returns. */
export function openClientLog(folder: string, client: number): ClientLog {
  const file = openSync(join(folder, `client-${client}.log`), 'ax');
  return {
    append: (line) => void writeSync(file, `${JSON.stringify(line)}\n`),
    close: () => {
      fsyncSync(file);
      closeSync(file);
    },
  };
}

/** The attempts of each client in their order. A last line that a kill cut short is left out. */
export function readClientLogs(folder: string): Attempt[][] {
  const files = readdirSync(folder).filter((name) => /^client-\d+\.log$/.test(name));
  return files.map((name) => attempts(readFileSync(join(folder, name), 'utf8')));
}

function attempts(text: string): Attempt[] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const found: {invoke: Invoke; end: End | undefined}[] = [];
  for (const line of whole.split('\n')) {
    if (line === '') continue;
    // Written by `append` above and by nobody else.
    const entry = JSON.parse(line) as Invoke | End;
    if (entry.type === 'invoke') found.push({invoke: entry, end: undefined});
    else endOf(found, entry);
  }
  return found;
}

/** A client has one transaction at a time, so an end belongs to the newest invoke. */
function endOf(found: {invoke: Invoke; end: End | undefined}[], end: End): void {
  const last = found.at(-1);
  if (last?.invoke.seq !== end.seq || last.end) throw new Error(`the log of a client is damaged at seq ${end.seq}`);
  last.end = end;
}
