import {expect, it} from 'vitest';
import type {Position} from '../model/position.ts';
import type {TableName} from '../model/table.ts';
import {silentTelemetry} from '../telemetry/telemetry.ts';
import {ChangedKeys} from './changed-keys.ts';
import {LinkProgress} from './link-progress.ts';

const order = {schema: 'shop', name: 'order'};
const visit = {schema: 'shop', name: 'visit'};
const at = '1' as Position;

it('comparing one emptied table does not make another one wait again, whose rows were compared since', () => {
  const changed = new ChangedKeys([order, visit], () => 0);
  const progress = new LinkProgress((a, b) => Number(a) - Number(b), silentTelemetry(), changed);
  const compare = (tables: readonly TableName[]): void => changed.passed(changed.begin(tables), tables);
  const empty = (table: TableName): void => progress.touched({kind: 'truncate', tables: [table]}, at, '1');

  compare([order, visit]);
  empty(order);
  compare([order]);
  empty(visit);
  expect(changed.whole).toEqual([visit]);
  compare([visit]);
  expect(changed.whole).toEqual([]);
});
