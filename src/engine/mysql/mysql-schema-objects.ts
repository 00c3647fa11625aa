/**
 * What the schema files made, so that an abort can take it away again and nothing else: noted before the statement that
 * creates it, where nothing of that name was there. Changes to objects that were there before, and accounts, stay.
 */
import {TerminalError} from '../../model/errors.ts';
import type {MigrationRef} from '../engine.ts';
import {numberOf} from './mysql-errors.ts';
import {CONTROL_SCHEMA_NAME} from './mysql-names.ts';
import {plainSql} from './mysql-script.ts';
import type {MySession, TextRow} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';
import {quoteName, quoteTable, quoteValue} from './mysql-sql.ts';
import {PLACE, placed} from './mysql-table-place.ts';

const OBJECT = `${CONTROL_SCHEMA_NAME}.schema_object`;

type Kind = 'DATABASE' | 'TABLE' | 'VIEW' | 'SEQUENCE' | 'TRIGGER' | 'PROCEDURE' | 'FUNCTION' | 'EVENT' | 'INDEX';
export type SchemaObject = {readonly kind: Kind; readonly schema: string; readonly name: string; readonly onTable?: string};

const WORDS =
  "(?:OR\\s+REPLACE\\s+|ALGORITHM\\s*=\\s*\\w+\\s+|DEFINER\\s*=\\s*(?:`[^`]*`|'[^']*'|\\w+)(?:@(?:`[^`]*`|'[^']*'|[\\w.%]+))?\\s+|SQL\\s+SECURITY\\s+\\w+\\s+|AGGREGATE\\s+|UNIQUE\\s+|FULLTEXT\\s+|SPATIAL\\s+)*";
const CREATE = new RegExp(
  `^CREATE\\s+${WORDS}(DATABASE|SCHEMA|TABLE|VIEW|SEQUENCE|TRIGGER|PROCEDURE|FUNCTION|EVENT|INDEX)\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?${PLACE}`,
  'iu',
);
const ON_TABLE = new RegExp(`\\bON\\s+${PLACE}`, 'iu');

/** What a statement would create. `schema`: the session's own, for names without one. */
export const createdBy = (sql: string, schema: string): SchemaObject | undefined => {
  const text = plainSql(sql).replaceAll(/\s+/g, ' ');
  const match = CREATE.exec(text);
  if (!match) return undefined;
  const kind = (match[1] ?? '').toUpperCase();
  const found = placed(match.slice(2), schema);
  if (kind === 'DATABASE' || kind === 'SCHEMA') return {kind: 'DATABASE', schema: found.name, name: found.name};
  if (kind !== 'INDEX') return {kind: kind as Kind, ...found};
  const table = placed(ON_TABLE.exec(text.slice(match[0].length))?.slice(1) ?? [], schema);
  return {kind, schema: table.schema, name: found.name, onTable: table.name};
};

const IS_THERE: Readonly<Record<Kind, (object: SchemaObject) => string>> = {
  DATABASE: ({name}) => `schemata WHERE schema_name = ${quoteValue(name)}`,
  TABLE: (object) => tableNamed(object),
  VIEW: (object) => tableNamed(object),
  SEQUENCE: (object) => tableNamed(object),
  TRIGGER: ({schema, name}) => `triggers WHERE trigger_schema = ${quoteValue(schema)} AND trigger_name = ${quoteValue(name)}`,
  PROCEDURE: (object) => routineNamed(object),
  FUNCTION: (object) => routineNamed(object),
  EVENT: ({schema, name}) => `events WHERE event_schema = ${quoteValue(schema)} AND event_name = ${quoteValue(name)}`,
  INDEX: ({schema, name, onTable}) =>
    `statistics WHERE table_schema = ${quoteValue(schema)} AND table_name = ${quoteValue(onTable ?? '')} AND index_name = ${quoteValue(name)}`,
};

const tableNamed = ({schema, name}: SchemaObject): string =>
  `tables WHERE table_schema = ${quoteValue(schema)} AND table_name = ${quoteValue(name)}`;
const routineNamed = ({kind, schema, name}: SchemaObject): string =>
  `routines WHERE routine_schema = ${quoteValue(schema)} AND routine_name = ${quoteValue(name)} AND routine_type = ${quoteValue(kind)}`;

export const isThere = async (session: MySession, object: SchemaObject): Promise<boolean> =>
  (await session.query(`SELECT 1 AS there FROM information_schema.${IS_THERE[object.kind](object)} LIMIT 1`)).rows.length > 0;

export const noteObject = async (session: MySession, {short}: MigrationRef, {kind, schema, name, onTable}: SchemaObject): Promise<void> => {
  const {n} = await session.one(`SELECT coalesce(max(n), 0) + 1 AS n FROM ${OBJECT} WHERE migration = ${quoteValue(short)}`);
  await session.query(
    `INSERT INTO ${OBJECT} (migration, n, kind, object_schema, object_name, on_table) VALUES (${[short, n ?? '1', kind, schema, name, onTable ?? null].map(quoteValue).join(', ')})`,
  );
};

/** Newest first. What others have built upon it is never taken away: then this stops and names it. */
export const dropSchemaObjects = (sessions: MySessions, {short}: MigrationRef): Promise<void> =>
  sessions.use(async (session) => {
    for (;;) {
      const {rows} = await session.query(
        `SELECT n, kind, object_schema, object_name, on_table FROM ${OBJECT} WHERE migration = ? ORDER BY ${OBJECT}.n DESC`,
        [short],
      );
      if (rows.length === 0) return;
      let dropped = 0;
      for (const row of rows) if (await isDropped(session, short, row)) dropped++;
      if (dropped === 0) throw stuck(rows.map(objectOf));
    }
  });

/** A foreign key of another table leads to it. */
const IN_USE: ReadonlySet<number> = new Set([1217, 1451, 3730]);

/** False when something that is still there needs it; that may go later in the same round. */
const isDropped = async (session: MySession, short: string, row: TextRow): Promise<boolean> => {
  const object = objectOf(row);
  try {
    if (await isThere(session, object)) await session.query(await dropOf(session, object));
  } catch (error) {
    if (!IN_USE.has(numberOf(error) ?? 0) && !(error instanceof NotEmpty)) throw error;
    return false;
  }
  await session.query(`DELETE FROM ${OBJECT} WHERE migration = ? AND n = ?`, [short, row['n'] ?? '']);
  return true;
};

class NotEmpty extends Error {}

const dropOf = async (session: MySession, {kind, schema, name, onTable}: SchemaObject): Promise<string> => {
  if (kind === 'INDEX') return dropIndex(quoteName(name), quoteTable({schema, name: onTable ?? ''}));
  if (kind !== 'DATABASE') return dropObject(kind, quoteTable({schema, name}));
  const {rows} = await session.query(`SELECT 1 AS there FROM information_schema.tables WHERE table_schema = ? LIMIT 1`, [name]);
  if (rows.length > 0) throw new NotEmpty(name);
  return dropObject('DATABASE', quoteName(name));
};

/** Names as SQL writes them. */
export const dropObject = (kind: string, name: string): string => `DROP ${kind} ${name}`;
export const dropIndex = (name: string, table: string): string => `DROP INDEX ${name} ON ${table}`;

const objectOf = (row: TextRow): SchemaObject => ({
  kind: row['kind'] as Kind, // written by `noteObject`
  schema: row['object_schema'] ?? '',
  name: row['object_name'] ?? '',
  ...(typeof row['on_table'] === 'string' ? {onTable: row['on_table']} : {}),
});

const stuck = (left: readonly SchemaObject[]): TerminalError =>
  new TerminalError(
    `others on the target depend on what the schema files created: ${left.map(({kind, schema, name}) => `${kind.toLowerCase()} ${schema}.${name}`).join(', ')}`,
    {code: 'CF-TGT-004', next: 'drop what was built upon these (their owner knows), then: crossfade resume'},
  );
