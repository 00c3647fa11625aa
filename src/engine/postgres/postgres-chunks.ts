/** The chunks of the copy that nobody has begun, cut anew. */
import type {Key} from '../../model/change.ts';
import {TerminalError} from '../../model/errors.ts';
import type {Chunk, MigrationRef, Target} from '../engine.ts';
import {requireEpoch} from './postgres-require-epoch.ts';
import type {PgSession} from './postgres-session.ts';
import {textArray} from './postgres-sql.ts';

/** All or nothing: a row that is there no more, or done, was another runner's. */
export const recutChunks = (
  session: PgSession,
  {short}: MigrationRef,
  replaced: readonly number[],
  ranges: Parameters<Target['recutChunks']>[1],
  epoch: number,
): Promise<Chunk[]> =>
  session.transaction('BEGIN', async () => {
    await requireEpoch(session, short, epoch);
    const {id: last} = await session.one('SELECT max(id)::text AS id FROM crossfade.chunk WHERE migration = $1', [short]);
    const gone = await session.query(
      `DELETE FROM crossfade.chunk WHERE migration = $1 AND id = ANY ($2::int[]) AND state = 'open' AND epoch = $3`,
      [short, textArray(replaced.map(String)), epoch],
    );
    if (gone.rowCount !== replaced.length)
      throw new TerminalError('chunks that were to be cut anew belong to a newer runner', {code: 'CF-LEASE-002', next: 'crossfade status'});
    const cut = ranges.map(({table, range}, i) => ({id: Number(last) + 1 + i, table, range, done: false}));
    await insertChunks(session, short, cut, epoch);
    return cut;
  });

export const insertChunks = async (session: PgSession, short: string, chunks: readonly Omit<Chunk, 'done'>[], epoch: number) =>
  void (await session.query(
    `INSERT INTO crossfade.chunk (migration, id, table_schema, table_name, after_key, to_key, epoch)
     SELECT $1, id::int, table_schema, table_name, after_key::text[], to_key::text[], $2
     FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) AS planned (id, table_schema, table_name, after_key, to_key)`,
    [
      short,
      epoch,
      textArray(chunks.map(({id}) => String(id))),
      textArray(chunks.map(({table}) => table.schema)),
      textArray(chunks.map(({table}) => table.name)),
      textArray(chunks.map(({range}) => bound(range.after))),
      textArray(chunks.map(({range}) => bound(range.to))),
    ],
  ));

const bound = (key: Key | undefined): string | null => (key ? textArray(key) : null);
