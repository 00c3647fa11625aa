/** The copy of the journal that a side keeps. */
import type {MirroredEntry} from '../control.ts';
import type {MigrationRef} from '../engine.ts';
import {CONTROL_SCHEMA_NAME} from './mysql-names.ts';
import {ownTransaction} from './mysql-own-transaction.ts';
import {pieces} from './mysql-pieces.ts';
import {requireEpoch} from './mysql-require-epoch.ts';
import type {MySession} from './mysql-session.ts';
import {quoteValue} from './mysql-sql.ts';

const JOURNAL = `${CONTROL_SCHEMA_NAME}.journal`;

/** A runner that was replaced may have another journal by now, and its entries must not get into this one. */
export const addMirrored = async (
  session: MySession,
  migration: MigrationRef,
  entries: readonly MirroredEntry[],
  epoch: number,
): Promise<void> => {
  if (entries.length === 0) return;
  await ownTransaction(session, async () => {
    await requireEpoch(session, migration.short, epoch);
    await insert(session, migration, entries);
  });
};

export const replaceMirrored = (session: MySession, migration: MigrationRef, entries: readonly MirroredEntry[]): Promise<void> =>
  ownTransaction(session, async () => {
    await session.query(`DELETE FROM ${JOURNAL} WHERE migration = ?`, [migration.short]);
    await insert(session, migration, entries);
  });

/** Those that are here already stay as they are. */
const insert = async (session: MySession, {short}: MigrationRef, entries: readonly MirroredEntry[]): Promise<void> => {
  for (const piece of pieces(entries, ({body}) => body.length + 200)) {
    const rows = piece.map(
      ({seq, hash, body}) => `(${quoteValue(short)}, ${seq}, ${quoteValue(hash)}, ${quoteValue(body)}, ${session.flavour.systemId})`,
    );
    await session.query(
      `INSERT INTO ${JOURNAL} (migration, seq, hash, body, history) VALUES ${rows.join(', ')} ON DUPLICATE KEY UPDATE hash = journal.hash`,
    );
  }
};

export const readMirrored = async (session: MySession, {short}: MigrationRef): Promise<readonly MirroredEntry[]> => {
  const {rows} = await session.query(`SELECT seq, hash, body, history FROM ${JOURNAL} WHERE migration = ? ORDER BY seq`, [short]);
  return rows.map(({seq, hash, body, history}) => ({
    seq: Number(seq),
    hash: hash ?? '',
    body: body ?? '',
    ...(typeof history === 'string' ? {history} : {}),
  }));
};
