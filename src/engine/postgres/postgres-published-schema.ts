/**
 * What the published tables looked like when their stream was made, line by line, and what has become of them: the
 * back-stop of the event trigger, for changes made while nobody read the stream or behind the trigger's back (H-28).
 */
import {TerminalError} from '../../model/errors.ts';
import type {Side} from '../../model/side.ts';
import type {MigrationRef} from '../engine.ts';
import {publicationName} from './postgres-names.ts';
import type {PgSession} from './postgres-session.ts';

/** Kind, name and the rest of a line, apart by tabs. The number of a column shows one that was dropped and made anew. */
const LINES = `
  WITH relations AS (SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace),
  published AS (SELECT relations.* FROM relations JOIN pg_publication_rel r ON r.prrelid = relations.oid JOIN pg_publication p ON p.oid = r.prpubid WHERE p.pubname = $1)
  SELECT coalesce(string_agg(line, E'\\n' ORDER BY line COLLATE "C"), '') AS lines FROM (
    SELECT format(E'table\\t%s\\t%s, replica identity %s, persistence %s', published.name, c.oid, c.relreplident, c.relpersistence) AS line
    FROM published JOIN pg_class c USING (oid)
    UNION ALL SELECT format(E'column\\t%s.%s\\t%s, number %s', published.name, a.attname, format_type(a.atttypid, a.atttypmod), a.attnum)
    FROM published JOIN pg_attribute a ON a.attrelid = published.oid AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT format(E'key\\t%s\\t%s', published.name, (SELECT string_agg(a.attname, ', ' ORDER BY k.place) FROM unnest(i.indkey) WITH ORDINALITY AS k(attnum, place) JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum))
    FROM published JOIN pg_index i ON i.indrelid = published.oid WHERE i.indisprimary OR i.indisreplident
    UNION ALL SELECT format(E'partition\\t%s\\tof %s, %s', child.name, published.name, child.oid)
    FROM published JOIN pg_inherits h ON h.inhparent = published.oid JOIN relations child ON child.oid = h.inhrelid) AS lines`;

export const publishedSchema = async (session: PgSession, migration: MigrationRef): Promise<string> =>
  (await session.one(LINES, [publicationName(migration)]))['lines'] ?? '';

/** In words, by kind and name: what is gone, what is new, what was something else. */
export const schemaDifferences = (was: string, is: string): string[] => {
  const [before, now] = [byName(was), byName(is)];
  return [...new Set([...before.keys(), ...now.keys()])].toSorted().flatMap((name) => {
    const [old, present] = [before.get(name), now.get(name)];
    if (old === present) return [];
    if (old === undefined) return [`${name} is new (${present})`];
    return [present === undefined ? `${name} is gone` : `${name} was ${old}, is ${present}`];
  });
};

const byName = (lines: string): ReadonlyMap<string, string> =>
  new Map(
    lines
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('\t'))
      .map(([kind = '', name = '', rest = '']) => [`${kind} ${name}`, rest]),
  );

/** `CF-DDL-001` with what differs, and the statements that the event trigger has noted, where there is one. */
export const schemaChanged = async (
  session: PgSession,
  migration: MigrationRef,
  side: Side,
  was: string,
  is: string,
): Promise<TerminalError> => {
  const {rows} = await session.query(
    `SELECT format('%s, by %s at %s', what, role, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) AS noted FROM crossfade.ddl WHERE migration = $1 ORDER BY n DESC LIMIT 5`,
    [migration.short],
  );
  const noted = rows.map((row) => row['noted'] ?? '').toReversed();
  const lines = [...schemaDifferences(was, is), ...noted.map((one) => `noted: ${one}`)];
  return new TerminalError([`mapped tables of the ${side} are not what they were when the stream was made:`, ...lines].join('\n  '), {
    code: 'CF-DDL-001',
    next: 'undo that change, or abort and start again with the new schema',
  });
};
