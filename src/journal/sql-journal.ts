import type {Kysely, Selectable, Transaction} from 'kysely';
import type {Effects} from '../model/effects.ts';
import {TerminalError} from '../model/errors.ts';
import type {LiveReport} from '../telemetry/telemetry.ts';
import type {AccessToken} from './access-token.ts';
import {sealEntry} from './chain.ts';
import {missingAfter} from './mirrored.ts';
import type {Entry, Journal, JournalFact, JournalStore} from './journal.ts';
import {pointLabel} from './point-label.ts';
import type {JournalTables} from './sql-schema.ts';

/** What differs between the databases a state can live in. */
export interface SqlState {
  readonly db: Kysely<JournalTables>;
  /** Runs `act` in one durable transaction while no other writer of this migration, in any process, is in one. */
  exclusively<T>(migration: string, act: (transaction: Transaction<JournalTables>) => Promise<T>): Promise<T>;
  /** Runs one statement that a crash may lose, so that it costs no wait for the disk. */
  carelessly<T>(act: (db: Kysely<JournalTables>) => Promise<T>): Promise<T>;
  /** Runs a read, with the driver's errors turned into ours. */
  reading<T>(act: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function sqlJournalStore(state: SqlState, effects: Effects): JournalStore {
  const {db} = state;
  const isKnown = async (id: string) =>
    (await db.selectFrom('migration').select('id').where('id', '=', id).executeTakeFirst()) !== undefined;
  return {
    migrations: () => state.reading(() => migrations(db)),
    create: async (id, name) => {
      const created = {id, name, created_at: effects.clock.now().toISOString()};
      const added = await state.exclusively(id, (transaction) => addMigration(transaction, created));
      if (!added) throw new TerminalError(`migration ${id} exists already`, {code: 'CF-STATE-001', next: 'resume it'});
      return sqlJournal(state, id, effects);
    },
    restore: async (id, name, entries) => {
      await state.exclusively(id, (transaction) => restoreEntries(transaction, {id, name}, entries, effects));
      return sqlJournal(state, id, effects);
    },
    open: async (id) => {
      if (await state.reading(() => isKnown(id))) return sqlJournal(state, id, effects);
      throw new TerminalError(`no migration ${id} in this state`, {code: 'CF-STATE-001', next: 'crossfade status'});
    },
    report: async (id) => readReport(await state.reading(() => reportRow(db, id))),
    keepReport: (id, report) => state.carelessly((connection) => writeReport(connection, id, report)),
    accessTokens: () => state.reading(() => accessTokens(db)),
    keepAccessToken: (token) => state.exclusively('', (transaction) => writeAccessToken(transaction, token)),
    close: () => state.close(),
  };
}

const reportRow = (db: Kysely<JournalTables>, id: string) =>
  db.selectFrom('report').select('content').where('migration', '=', id).executeTakeFirst();

async function writeReport(db: Kysely<JournalTables>, migration: string, report: LiveReport): Promise<void> {
  const content = JSON.stringify(report);
  await db
    .insertInto('report')
    .values({migration, content})
    .onConflict((conflict) => conflict.column('migration').doUpdateSet({content}))
    .execute();
}

/** Written by a runner of perhaps another version: what does not have the shape is as good as nothing. */
function readReport(row: {readonly content: string} | undefined): LiveReport | undefined {
  if (row === undefined) return undefined;
  const report: unknown = JSON.parse(row.content);
  return typeof report === 'object' && report !== null && SHAPE.every((name) => name in report) ? (report as LiveReport) : undefined;
}

const SHAPE = ['at', 'elapsedMs', 'gauges', 'samples', 'notes'] as const satisfies readonly (keyof LiveReport)[];

async function accessTokens(db: Kysely<JournalTables>): Promise<readonly AccessToken[]> {
  const rows = await db.selectFrom('access_token').select('content').execute();
  return rows.map(({content}) => JSON.parse(content) as AccessToken);
}

async function writeAccessToken(db: Transaction<JournalTables>, token: AccessToken): Promise<void> {
  const content = JSON.stringify(token);
  await db
    .insertInto('access_token')
    .values({id: token.id, content})
    .onConflict((conflict) => conflict.column('id').doUpdateSet({content}))
    .execute();
}

function sqlJournal(state: SqlState, migration: string, effects: Effects): Journal {
  return {
    migration,
    append: (fact) => state.exclusively(migration, (transaction) => appendEntry(transaction, migration, fact, effects)),
    entries: async (after = 0) => (await state.reading(() => entryRows(state.db, migration, after))).map(readEntry),
  };
}

async function appendEntry(db: Transaction<JournalTables>, migration: string, fact: JournalFact, effects: Effects): Promise<Entry> {
  const last = await db
    .selectFrom('entry')
    .select(['seq', 'hash'])
    .where('migration', '=', migration)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  const entry = sealEntry(migration, last, effects.clock.now(), fact);
  await db
    .insertInto('entry')
    .values({...entry, migration, fact: JSON.stringify(entry.fact)})
    .execute();
  await effects.point('journal.write', pointLabel(fact));
  return entry;
}

/** All of them or none, so that a crash in here leaves the journal as it was. */
async function restoreEntries(
  db: Transaction<JournalTables>,
  {id, name}: {readonly id: string; readonly name: string},
  entries: readonly Entry[],
  effects: Effects,
): Promise<void> {
  await addMigration(db, {id, name, created_at: entries[0]?.at ?? effects.clock.now().toISOString()});
  const here = (await entryRows(db, id, 0)).map(readEntry);
  for (const entry of missingAfter(here, entries))
    await db
      .insertInto('entry')
      .values({...entry, migration: id, fact: JSON.stringify(entry.fact)})
      .execute();
  await effects.point('journal.write', 'restore');
}

async function migrations(db: Kysely<JournalTables>) {
  const rows = await db.selectFrom('migration').selectAll().orderBy('created_at').orderBy('id').execute();
  return rows.map(({id, name, created_at}) => ({id, name, createdAt: created_at}));
}

async function addMigration(db: Transaction<JournalTables>, row: JournalTables['migration']): Promise<boolean> {
  const result = await db
    .insertInto('migration')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

const entryRows = (db: Kysely<JournalTables>, migration: string, after: number) =>
  db.selectFrom('entry').selectAll().where('migration', '=', migration).where('seq', '>', after).orderBy('seq').execute();

/** The edge: a text becomes a fact. That it is the text once written is the chain's business. */
function readEntry({seq, at, fact, previous, hash}: Selectable<JournalTables['entry']>): Entry {
  return {seq, at, fact: readFact(seq, fact), previous, hash};
}

function readFact(seq: number, text: string): JournalFact {
  const next = 'restore the state from a backup, or move it away and rebuild it from the databases: crossfade adopt PLAN';
  try {
    const fact: unknown = JSON.parse(text);
    if (typeof fact === 'object' && fact !== null && 'type' in fact && typeof fact.type === 'string') return fact as JournalFact;
  } catch (cause) {
    throw new TerminalError(`entry ${seq} of the journal is not readable`, {code: 'CF-STATE-002', next, cause});
  }
  throw new TerminalError(`entry ${seq} of the journal is not a fact`, {code: 'CF-STATE-002', next});
}
