/**
 * The fence of a table of which only some rows are moved: writes to the other rows go on. After each row, because only
 * then is the row what will be stored, whatever the table's own triggers made of it; the check still comes before the
 * commit, in a transaction that holds the table's lock, so all that is proven about the fence of a whole table holds here.
 * The condition stands in the trigger: for other rows not even the guard is called.
 */
import type {Condition} from '../../model/row-filter.ts';
import type {Table} from '../../model/table.ts';
import {columnOf, quoteName, quoteTable, quoteValue} from './postgres-sql.ts';

/** A row may be the migration's before the write, after it, or both: one that comes in or goes out is refused as well. */
const EVENTS: readonly {readonly event: string; readonly rows: readonly string[]}[] = [
  {event: 'INSERT', rows: ['NEW.']},
  {event: 'UPDATE', rows: ['OLD.', 'NEW.']},
  {event: 'DELETE', rows: ['OLD.']},
];

/**
 * On the root: partitions have the same triggers from it, those that are added later too. `trigger` is the name of the
 * statement's trigger, which refuses TRUNCATE. `guard` is the call of the function.
 */
export const rowTriggers = (table: Table, trigger: string, guard: string): {readonly sql: string; readonly undo: string}[] =>
  EVENTS.flatMap(({event, rows}) => {
    const name = quoteName(rowTrigger(trigger, event));
    const when = rows.map((row) => `(${moved(table, row)})`).join(' OR ');
    const statements = [
      `CREATE TRIGGER ${name} AFTER ${event} ON ${quoteTable(table.name)} FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION ${guard}`,
      ...[table.name, ...table.partitions].map((one) => `ALTER TABLE ${quoteTable(one)} ENABLE ALWAYS TRIGGER ${name}`),
    ];
    return statements.map((sql) => ({sql, undo: dropRowTrigger(table, trigger, event)}));
  });

export const dropRowTriggers = (table: Table, trigger: string): string[] => EVENTS.map(({event}) => dropRowTrigger(table, trigger, event));

const dropRowTrigger = (table: Table, trigger: string, event: string): string =>
  `DROP TRIGGER IF EXISTS ${quoteName(rowTrigger(trigger, event))} ON ${quoteTable(table.name)}`;

/**
 * The same rows as `onlyCondition`, decided in the sessions of others: nothing may depend on what they have set. How a
 * date shows as text does, so dates are compared as dates, with constants that were read when the trigger was made.
 */
const moved = (table: Table, row: string): string =>
  (table.only ?? []).map((condition) => comparison(columnOf(table, condition.column).type, row, condition)).join(' AND ') || 'TRUE';

const comparison = (type: string, row: string, {column, kind, values}: Condition): string => {
  const [left, cast] = type === 'date' ? ['', '::date'] : ['::text COLLATE "C"', ''];
  const list = values.map((value) => `${quoteValue(value)}${cast}`).join(', ');
  return `${row}${quoteName(column)}${left} ${kind === 'in' ? 'IN' : 'NOT IN'} (${list})`;
};

const rowTrigger = (trigger: string, event: string): string => `${trigger}_${event.toLowerCase()}`;
