/** The tables of the state, the same in SQLite and PostgreSQL. Texts only: nothing a database could round or reformat. */
import type {Kysely} from 'kysely';

export type JournalTables = {
  migration: {id: string; name: string; created_at: string};
  entry: {migration: string; seq: number; at: string; fact: string; previous: string; hash: string};
  /** One row a migration, replaced again and again; `content` is JSON. */
  report: {migration: string; content: string};
  /** `content` is JSON, with a hash of the secret. */
  access_token: {id: string; content: string};
};

/** Those a state of this version has. */
export const TABLES = ['migration', 'entry', 'report', 'access_token'] as const satisfies readonly (keyof JournalTables)[];

/** Called once per opening, in a transaction of its own that other openers wait for. */
export async function createTables(db: Kysely<JournalTables>): Promise<void> {
  await db.schema
    .createTable('migration')
    .ifNotExists()
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('entry')
    .ifNotExists()
    .addColumn('migration', 'text', (column) => column.notNull().references('migration.id'))
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('fact', 'text', (column) => column.notNull())
    .addColumn('previous', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    // The last defence against a forked chain: two writers with the same number cannot both commit.
    .addPrimaryKeyConstraint('entry_key', ['migration', 'seq'])
    .execute();
  await db.schema
    .createTable('report')
    .ifNotExists()
    // No reference: its check would wait for whoever appends.
    .addColumn('migration', 'text', (column) => column.primaryKey())
    .addColumn('content', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('access_token')
    .ifNotExists()
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('content', 'text', (column) => column.notNull())
    .execute();
}
