/** Reads the keys of a re-read list again and settles them: rows, list and the window's new end in one commit (R6). */
import type {Applier, Database, Refused} from '../engine/engine.ts';
import {keyText, type Key} from '../model/change.ts';
import type {Position} from '../model/position.ts';
import type {RowOperation} from '../model/row-operation.ts';
import type {LinkProgress} from './link-progress.ts';
import type {TableMapping} from '../mapping/mapping.ts';

export type RereadRequest = {
  readonly from: Database;
  readonly applier: Applier;
  readonly progress: Pick<LinkProgress, 'reread'>;
  readonly mapping: TableMapping;
  /** As the receiving side has them. */
  readonly keys: readonly Key[];
  /** Transactions the stream has delivered; the read must see them all. */
  readonly delivered: ReadonlySet<string>;
  readonly position: Position;
  readonly commitSeq: number;
};

/**
 * `end`: everything the read saw is durable on the sending side there. `refused` stays on the list, for the next pass; what
 * stands under such a key is older than the row.
 */
export const serveRereads = async ({
  from,
  applier,
  mapping,
  keys,
  progress,
  delivered,
  position,
  commitSeq,
}: RereadRequest): Promise<{readonly end: Position; readonly refused: readonly Refused[]}> => {
  const {writes: table} = mapping;
  const rows = (await from.source.readRows(mapping.reads, keys.map(mapping.keyBack), delivered)).map((row) => mapping.row(row));
  const end = await from.source.mark('reread');
  progress.reread(table.name, keys, position, end); // before the rows can be seen: a comparison has to know why they are new
  const present = new Map(rows.map((row) => [keyText(table.key.map((name) => row[name] ?? null)), row]));
  const operations = keys.map((key): RowOperation => {
    const row = present.get(keyText(key));
    return row ? {form: 'upsert', key, row} : {form: 'delete', key, exact: false};
  });
  const {refused} = await applier.write([{table: table.name, steps: [{kind: 'rows', operations}]}]);
  const kept = new Set(refused.map(({key}) => keyText(key)));
  await applier.commit({
    position,
    commitSeq,
    rereadAdd: [],
    rereadRemove: keys.filter((key) => !kept.has(keyText(key))).map((key) => ({table: table.name, key})),
    rereadClear: [],
    ends: [{table: table.name, end}],
  });
  return {end, refused};
};
