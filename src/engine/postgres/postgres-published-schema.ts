/**
 * What the published tables and their publication looked like when the stream was made, line by line, and what has become
 * of them: the back-stop of the event trigger, for changes made while nobody read the stream or behind the trigger's back
 * (H-28), and for a publication that somebody altered, of which the stream itself says nothing (H-25).
 */
import {TerminalError} from '../../model/errors.ts';
import type {Direction, Side} from '../../model/side.ts';
import {nameOf} from '../../model/table.ts';
import type {MigrationRef, Scope} from '../engine.ts';
import {publicationName} from './postgres-names.ts';
import {isInScope} from '../table-scope.ts';
import type {PgSession} from './postgres-session.ts';

/**
 * Kind, name and the rest of a line, apart by tabs. The number of a column shows one that was dropped and made anew; the
 * version of the publication and the number of its entries show what was altered and altered back: rows written between
 * the two are in no stream.
 */
const LINES = `
  WITH RECURSIVE relations AS (SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name, c.relispartition FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace),
  published AS (SELECT relations.*, r.oid AS entry, to_jsonb(r) AS part FROM relations JOIN pg_publication_rel r ON r.prrelid = relations.oid JOIN pg_publication p ON p.oid = r.prpubid WHERE p.pubname = $1),
  tree AS (SELECT oid, name AS root FROM published UNION ALL SELECT h.inhrelid, tree.root FROM tree JOIN pg_inherits h ON h.inhparent = tree.oid)
  SELECT coalesce(string_agg(line, E'\\n' ORDER BY line COLLATE "C"), '') AS lines FROM (
    SELECT format(E'table\\t%s\\t%s, replica identity %s, persistence %s', published.name, c.oid, c.relreplident, c.relpersistence) AS line
    FROM published JOIN pg_class c USING (oid)
    UNION ALL SELECT format(E'column\\t%s.%s\\t%s, number %s', published.name, a.attname, format_type(a.atttypid, a.atttypmod), a.attnum)
    FROM published JOIN pg_attribute a ON a.attrelid = published.oid AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT format(E'%s\\t%s\\t%s', CASE WHEN i.indisreplident THEN 'replica identity index' ELSE 'key' END, published.name, (SELECT string_agg(a.attname, ', ' ORDER BY k.place) FROM unnest(i.indkey) WITH ORDINALITY AS k(attnum, place) JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum))
    FROM published JOIN pg_index i ON i.indrelid = published.oid WHERE i.indisprimary OR i.indisreplident
    UNION ALL SELECT format(E'partition\\t%s\\tof %s, %s', child.name, h.root, child.oid)
    FROM tree h JOIN relations child USING (oid) WHERE child.relispartition
    UNION ALL SELECT format(E'published\\t%s\\t%s of %s, entry %s', name, CASE WHEN part ->> 'prqual' IS NULL THEN 'all rows' ELSE 'some rows' END,
      CASE WHEN part ->> 'prattrs' IS NULL THEN 'all columns' ELSE 'some columns' END, entry) FROM published
    UNION ALL SELECT format(E'publication\\t%I\\t%s, version %s', pubname, concat_ws(', ', CASE WHEN pubinsert THEN 'inserts' END, CASE WHEN pubupdate THEN 'updates' END,
      CASE WHEN pubdelete THEN 'deletes' END, CASE WHEN pubtruncate THEN 'truncates' END, CASE WHEN pubviaroot THEN 'through the root' END), xmin)
    FROM pg_publication WHERE pubname = $1) AS lines`;

/** In one snapshot, because the stream may be on its way out. `later`: tables that are not published. */
const SINCE = `
  SELECT s.fingerprint AS was, (${LINES}) AS is,
    (SELECT coalesce(json_agg(json_build_object('schema', n.nspname, 'name', c.relname) ORDER BY n.nspname, c.relname), '[]')::text
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^(pg_|information_schema$|crossfade)'
       AND NOT EXISTS (SELECT FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid WHERE r.prrelid = c.oid AND p.pubname = $1)) AS later
  FROM crossfade.stream s WHERE s.migration = $2 AND s.lane = $3`;

export const publishedSchema = async (session: PgSession, migration: MigrationRef): Promise<string> =>
  (await session.one(LINES, [publicationName(migration)]))['lines'] ?? '';

/** Throws what has become of the stream's tables; asks nothing before there is a stream. */
export const requireSameSchema = async (
  session: PgSession,
  migration: MigrationRef,
  direction: Direction,
  side: Side,
  scope: Scope | undefined,
): Promise<void> => {
  const {there} = await session.one(`SELECT to_regclass('crossfade.stream')::text AS there`);
  if (!there) return;
  const {rows} = await session.query(SINCE, [publicationName(migration), migration.short, direction]);
  const [row] = rows;
  if (!row) return;
  const {was = '', is = '', later} = row;
  if (was !== is) throw await schemaChanged(session, migration, side, was ?? '', is ?? '');
  const isWanted = scope ? isInScope(scope) : () => false;
  // Written by the query above.
  const missed = (JSON.parse(later ?? '[]') as {schema: string; name: string}[]).filter(isWanted).map(nameOf);
  if (missed.length) throw await tablesCameLater(session, migration, side, missed);
};

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
  const lines = [...schemaDifferences(was, is), ...(await notedStatements(session, migration))];
  return new TerminalError([`mapped tables of the ${side} are not what they were when the stream was made:`, ...lines].join('\n  '), {
    code: 'CF-DDL-001',
    next: 'undo that change, or abort and start again with the new schema',
  });
};

/** They are in no stream and on no other side, so a cutover would leave their rows behind without a word. */
const tablesCameLater = async (
  session: PgSession,
  migration: MigrationRef,
  side: Side,
  names: readonly string[],
): Promise<TerminalError> => {
  const lines = [...names.map((name) => `table ${name} is new`), ...(await notedStatements(session, migration))];
  return new TerminalError([`the scope of the plan holds tables of the ${side} that are not in its stream:`, ...lines].join('\n  '), {
    code: 'CF-DDL-001',
    next: 'drop them or move them out of the scope, then: crossfade resume; or abort and start again with them',
  });
};

const notedStatements = async (session: PgSession, migration: MigrationRef): Promise<readonly string[]> => {
  const {rows} = await session.query(
    `SELECT format('%s, by %s at %s', what, role, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) AS noted FROM crossfade.ddl WHERE migration = $1 ORDER BY n DESC LIMIT 5`,
    [migration.short],
  );
  return rows.map((row) => `noted: ${row['noted'] ?? ''}`).toReversed();
};
