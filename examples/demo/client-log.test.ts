import {appendFileSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {openClientLog, readClientLogs} from './client-log.ts';

const invoke = (seq: number) => ({type: 'invoke', client: 3, seq, kind: 'k', nonce: `n${seq}`, writes: [], atMs: seq}) as const;

function inFolder(act: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-log-'));
  try {
    act(folder);
  } finally {
    rmSync(folder, {recursive: true});
  }
}

test('what a client wrote is read back, and a transaction without an end has none', () => {
  inFolder((folder) => {
    const log = openClientLog(folder, 3);
    log.append(invoke(1));
    log.append({type: 'ok', seq: 1, side: 5432, atMs: 2});
    log.append(invoke(2));
    log.close();
    const [attempts] = readClientLogs(folder);
    expect(attempts?.map(({invoke: {seq}, end}) => [seq, end?.type])).toEqual([
      [1, 'ok'],
      [2, undefined],
    ]);
  });
});

test('a line that a kill cut short is left out; a log that makes no sense is refused', () => {
  inFolder((folder) => {
    const log = openClientLog(folder, 3);
    log.append(invoke(1));
    log.close();
    const file = join(folder, 'client-3.log');
    appendFileSync(file, '{"type":"ok","seq":1');
    expect(readClientLogs(folder)[0]?.[0]?.end).toBeUndefined();
    appendFileSync(file, ',"side":1,"atMs":1}\n{"type":"ok","seq":7,"side":1,"atMs":1}\n');
    expect(() => readClientLogs(folder)).toThrow('damaged at seq 7');
  });
});
