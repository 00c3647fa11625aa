/**
 * Triggers of ours that keep two shapes in step, one for each event. They work on the row that is being written and send no
 * statement, so they cannot call themselves. Of several triggers the youngest comes last and sees what the application's own
 * have made of the row.
 */
import {createHash} from 'node:crypto';
import {columnName, type OldColumn} from '../../model/planned-operation.ts';
import type {TableName} from '../../model/table.ts';
import {type Ddl, isGone, type Objection, type Reads} from './mysql-change.ts';
import {isTextual, withoutCharset} from './mysql-same-value.ts';
import {quoteName, quoteTable, quoteValue} from './mysql-sql.ts';

/** All of them begin so. */
export const STEP_PREFIX = 'crossfade_step_';

/**
 * In the order in which they are made: a row that is filled as it comes, and not followed when it changes, would keep what it
 * had. Let go in the other order.
 */
const EVENTS = ['UPDATE', 'INSERT'] as const;

export type Event = (typeof EVENTS)[number];

/** What they are named by. */
type About = Pick<OldColumn, 'table' | 'column'>;

/** `body` takes what `reads` gives. */
export const createTriggers = (about: About, body: (event: Event, read: string) => string, reads?: Reads): readonly Ddl[] =>
  EVENTS.map((event) => ({
    doing: 'keeping in step',
    sql: (on, read) =>
      `CREATE TRIGGER ${quoteTable(nameOn(on, about, event))} BEFORE ${event} ON ${quoteTable(on)} FOR EACH ROW\n${body(event, read)}`,
    undo: (on) => drop(on, about, event),
    isDone: triggerIs(about, event),
    ...(reads ? {reads} : {}),
  }));

export const dropTriggers = (about: About): readonly Ddl[] =>
  EVENTS.toReversed().map((event) => ({
    doing: 'letting go',
    sql: (on) => drop(on, about, event),
    isDone: isGone(triggerIs(about, event)),
  }));

const drop = (on: TableName, about: About, event: Event): string => `DROP TRIGGER ${quoteTable(nameOn(on, about, event))}`;

/** Triggers of another migration, or of one that is not in this state folder; and whose would fire for rows that are filled. */
export const stepObjections = (about: About): Objection[] => [
  {ask: triggerIs(about, 'INSERT'), reason: 'is kept in step by another migration, with the trigger {}', next: 'end that one first'},
  {
    ask: triggersOf(about.table),
    severity: 'warn',
    reason: 'is on a table with a trigger that fires for every row that is filled: {}',
    next: 'let the trigger leave alone what changes nothing that it is about',
  },
];

const triggersOf = ({schema, name}: TableName): string =>
  `SELECT trigger_name AS what FROM information_schema.triggers WHERE event_object_schema = ${quoteValue(schema)} AND event_object_table = ${quoteValue(name)} AND event_manipulation = 'UPDATE'`;

/** A trigger's name is its schema's. */
const nameOn = ({schema}: TableName, about: About, event: Event): TableName => {
  const digest = createHash('sha256').update(columnName(about)).digest('hex').slice(0, 12);
  return {schema, name: `${STEP_PREFIX}${digest}_${event.charAt(0).toLowerCase()}`};
};

const triggerIs = (about: About, event: Event): string => {
  const {schema, name} = nameOn(about.table, about, event);
  return `SELECT trigger_name AS what FROM information_schema.triggers WHERE trigger_schema = ${quoteValue(schema)} AND trigger_name = ${quoteValue(name)}`;
};

/** The row as it is written, or as it was, with these columns alone, under the table's short name. */
export const fromRow = (row: 'NEW' | 'OLD', {name}: TableName, quoted: readonly string[]): string =>
  `FROM (SELECT ${quoted.length ? quoted.map((one) => `${row}.${one} AS ${one}`).join(', ') : '1 AS one'}) AS ${quoteName(name)}`;

/** A variable holds every text; a column may hold fewer, and is then left empty. */
export const variableType = (type: string): string => (isTextual(type) ? `${withoutCharset(type)} CHARACTER SET utf8mb4` : type);
