/**
 * DDL of tables that have another shape on the target. Nothing is translated by us: the source's own statements are
 * carried out in a transaction that is rolled back, the server renames, retypes, adds and drops there, and what it then
 * holds is read again. So indexes, keys, views, checks and defaults follow their columns as the server itself has it.
 *
 * Types change as soon as the table is made, before anything is built over its columns; names change last, when every
 * expression that has to follow is there.
 */
import type {ColumnReshape, Reshape} from '../../model/reshape.ts';
import {nameOf, type Table, type TableName} from '../../model/table.ts';
import type {Finding} from '../engine.ts';
import type {Schema, SchemaScript, SchemaStatement} from '../schema.ts';
import {exportWithin, readAll} from './postgres-schema-export.ts';
import {type NodeKey, RANK, type SchemaNode} from './postgres-schema-node.ts';
import {cannotFollow} from './postgres-schema-followers.ts';
import {changesOf, collationOf, leaveName, takeName, widenSequences, widenTypes} from './postgres-schema-shape.ts';
import {tryOne, tryStatements, type Failed} from './postgres-schema-trial.ts';
import type {PgSession} from './postgres-session.ts';
import {quoteTable} from './postgres-sql.ts';

/** In the session's open transaction, which is rolled back. `tables`: all that the script makes, as the source has them. */
export const reshapeSchema = async (
  session: PgSession,
  {preData, postData}: SchemaScript,
  tables: readonly Table[],
  reshapes: readonly Reshape[],
  signal: AbortSignal,
): ReturnType<Schema['reshaped']> => {
  const before = new Set((await readAll(session)).map(({key}) => key));
  const work = new Work(session);
  const pending = reshapes.flatMap((reshape) => [reshape.from, ...reshape.partitions].map((table) => ({reshape, table})));
  const failed = await tryStatements(session, [...preData, ...postData], signal, async ({object}) => {
    if (object.startsWith('table ')) await retypeNewTables(work, pending);
  });
  const isWhole = !failed.some(({statement}) => !statement.isOptional) && !work.isStuck;
  if (isWhole) await reshapeAll(work, reshapes);
  const read = isWhole && !work.isStuck ? await readAgain(session, tables, reshapes, before) : NOTHING;
  return {
    ...read,
    findings: [...failed.map(notTaken), ...work.findings, ...read.findings],
    ran: [...preData, ...postData, ...work.ran],
  };
};

const NOTHING: SchemaScript & {readonly findings: readonly Finding[]} = {preData: [], postData: [], findings: []};

/** What was done, and what could not be. */
class Work {
  readonly session: PgSession;
  readonly ran: SchemaStatement[] = [];
  readonly findings: Finding[] = [];

  constructor(session: PgSession) {
    this.session = session;
  }

  /** Something is refused: what would follow from here on means nothing. */
  get isStuck(): boolean {
    return this.findings.some(({severity}) => severity === 'refuse');
  }

  async run(object: string, statements: readonly string[]): Promise<void> {
    for (const sql of statements) {
      this.ran.push({object, sql, roles: [], isOptional: false});
      const reason = await tryOne(this.session, sql);
      if (reason !== undefined) this.findings.push(refusal(object, `cannot get its shape of the mapping: ${reason}`));
    }
  }
}

type Pending = {readonly reshape: Reshape; readonly table: TableName};

/** Tables that have come to be since the last look. */
const retypeNewTables = async (work: Work, pending: Pending[]): Promise<void> => {
  for (const one of [...pending]) {
    const {there} = await work.session.one(`SELECT to_regclass($1)::text AS there`, [quoteTable(one.table)]);
    if (!there) continue;
    pending.splice(pending.indexOf(one), 1);
    for (const column of one.reshape.columns.filter(isRetyped)) {
      const collation = await collationOf(work.session, one.table, column.from);
      await work.run(`column ${nameOf(one.table)}.${column.from}`, [widenTypes(one.table, column, collation)]);
    }
  }
};

type Retyped = Extract<ColumnReshape, {readonly from: string}> & {readonly type: string};
const isRetyped = (column: ColumnReshape): column is Retyped => column.kind !== 'replaced' && column.type !== undefined;

const reshapeAll = async (work: Work, reshapes: readonly Reshape[]): Promise<void> => {
  for (const reshape of reshapes) work.findings.push(...(await cannotFollow(work.session, reshape)));
  if (work.isStuck) return;
  for (const reshape of reshapes) {
    await work.run(objectOf(reshape), await widenSequences(work.session, reshape));
    await work.run(objectOf(reshape), changesOf(reshape));
  }
  const moved = reshapes.filter(({from, to}) => nameOf(from) !== nameOf(to));
  for (const [place, reshape] of moved.entries()) await work.run(objectOf(reshape), leaveName(reshape, place));
  for (const [place, reshape] of moved.entries()) await work.run(objectOf(reshape), takeName(reshape, place));
};

const objectOf = ({from}: Reshape): string => `table ${nameOf(from)}`;

/** Whatever was on the server before does not belong to the migration; schemas and extensions are made where they are missing. */
const readAgain = (
  session: PgSession,
  tables: readonly Table[],
  reshapes: readonly Reshape[],
  before: ReadonlySet<NodeKey>,
): ReturnType<Schema['read']> => {
  const names = new Map(reshapes.map(({from, to}) => [nameOf(from), to]));
  const made = tables.map(({name}) => ({name: names.get(nameOf(name)) ?? name}));
  return exportWithin(session, {
    tables: made,
    schemas: [...tables, ...made].map(({name}) => name.schema),
    isOwn: ({key, rank}: SchemaNode) => !before.has(key) || rank === RANK.schema || rank === RANK.extension,
  });
};

const refusal = (object: string, reason: string): Finding => ({
  severity: 'refuse',
  code: 'CF-SCOPE-004',
  object,
  reason,
  next: 'change it on the source, exclude it, or use schema kind files',
});

const notTaken = ({statement, reason}: Failed): Finding => ({
  ...refusal(statement.object, `the target does not take it: ${reason}`),
  ...(statement.isOptional ? {severity: 'warn', reason: `stays behind: the target does not take it: ${reason}`} : {}),
});
