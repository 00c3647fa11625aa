/**
 * The schema by pg_dump, the database's own tool. Its sections are cut at another place than ours: keys move before the
 * data, and what R10 forbids there is set aside afterwards like anything else that a schema file brings.
 */
import {TerminalError} from '../../model/errors.ts';
import type {Table} from '../../model/table.ts';
import type {Finding, OpenOptions, SchemaScript, SchemaStatement} from '../engine.ts';
import {quoteName} from './postgres-sql.ts';
import {splitStatements, type Statement} from './postgres-schema-file.ts';
import {findPgDump, runPgDump} from './pg-dump-program.ts';

/** `serverVersion`: as the server numbers itself, 170005. */
export const dumpFindings = async (serverVersion: number): Promise<Finding[]> => {
  const program = await findPgDump();
  const next = 'use schema kind catalog, which needs no program';
  if (!program)
    return [{severity: 'refuse', code: 'CF-SCOPE-004', object: 'pg_dump', reason: 'was not found on PATH, nor where pg_config says', next}];
  const server = Math.floor(serverVersion / 10_000);
  if (program.version >= server) return [];
  return [
    {
      severity: 'refuse',
      code: 'CF-SCOPE-004',
      object: `${program.file} ${program.version}`,
      reason: `is older than the source, which is ${server}, and would refuse it`,
      next,
    },
  ];
};

/** `filled`: the materialised views that have rows; to pg_dump filling them is a matter of data. `others`: tables of the same schemas that stay behind. */
export type DumpRequest = {readonly tables: readonly Table[]; readonly filled: readonly string[]; readonly others: readonly string[]};

export const dumpSchema = async (options: OpenOptions, {tables, filled, others}: DumpRequest): Promise<SchemaScript> => {
  const program = await findPgDump();
  if (!program) throw new TerminalError('pg_dump was not found', {code: 'CF-SCOPE-004', next: 'use schema kind catalog'});
  const names = new Set(tables.map((table) => table.name.schema));
  // Named schemas alone would leave the extensions behind.
  const dump = (section: string) =>
    runPgDump(program.file, options, [
      `--section=${section}`,
      '--extension=*',
      ...[...names].map((name) => `--schema=${quoteName(name)}`),
      ...others.map((name) => `--exclude-table=${name}`),
    ]);
  const [pre, post] = [
    await statements('pg_dump pre-data', await dump('pre-data')),
    await statements('pg_dump post-data', await dump('post-data')),
  ];
  const isEarly = keysOf(post);
  const refresh = refreshes(pre, filled);
  return {preData: [...pre, ...post.filter(isEarly)].map(named), postData: [...refresh, ...post.filter((one) => !isEarly(one))].map(named)};
};

/** In the order in which the dump makes them: one may read another. */
const refreshes = (pre: readonly Statement[], filled: readonly string[]): {readonly sql: string}[] => {
  const made = pre.flatMap(({sql}) => /CREATE MATERIALIZED VIEW ((?:"[^"]+"|[^\s."])+\.(?:"[^"]+"|[^\s."])+)/.exec(sql)?.[1] ?? []);
  return made.filter((name) => filled.includes(name)).map((name) => ({sql: `REFRESH MATERIALIZED VIEW ${name}`}));
};

/** What only psql knows goes, and what would change the session for the statements after it. */
const statements = async (file: string, text: string): Promise<Statement[]> => {
  const sql = text.replaceAll(/^\\.*$/gm, '');
  const found = await splitStatements(file, sql);
  return found
    .filter(({sql: one}) => !/^(?:--.*\n|\s)*(?:SET\b|SELECT pg_catalog\.set_config)/i.test(one))
    .map((one) => ({...one, sql: one.sql.replace(/^((?:--.*\n|\s)*)CREATE SCHEMA (?!IF)/i, '$1CREATE SCHEMA IF NOT EXISTS ')}));
};

/** Primary keys, indexes that identify rows, and the attaching of those of partitions. */
const keysOf = (post: readonly Statement[]): ((statement: Statement) => boolean) => {
  const keys = new Set(post.flatMap(({sql}) => /ADD CONSTRAINT (\S+|"[^"]+") PRIMARY KEY/.exec(sql)?.[1] ?? []));
  const identities = new Set(post.flatMap(({sql}) => /REPLICA IDENTITY USING INDEX (\S+)/.exec(sql)?.[1] ?? []));
  return ({sql}) => {
    if (/ADD CONSTRAINT (?:"[^"]+"|\S+) PRIMARY KEY|REPLICA IDENTITY /.test(sql)) return true;
    const attached = /ATTACH PARTITION (?:(?:"[^"]+"|[^."\s]+)\.)?("[^"]+"|\S+)\s*$/.exec(sql)?.[1];
    const made = /(?:CREATE UNIQUE INDEX|ADD CONSTRAINT) (\S+)/.exec(sql)?.[1];
    return (attached !== undefined && keys.has(attached)) || (made !== undefined && identities.has(made));
  };
};

/** Named as the dump's own comment says; what follows without one is named by its first words. */
const named = ({sql: commented}: {readonly sql: string}): SchemaStatement => {
  const [, name, type, schema] = /-- Name: (.*?); Type: (.*?); Schema: (.*?);/.exec(commented) ?? [];
  const sql = commented.replace(/^(?:--.*\n|\s)+/, '');
  const object = name
    ? `${type?.toLowerCase()} ${schema === '-' ? '' : `${schema}.`}${name}`
    : sql.slice(0, WORDS_MAX).replaceAll(/\s+/g, ' ');
  return {object, sql, roles: [], isOptional: /^(?:GRANT|REVOKE|COMMENT ON|ALTER DEFAULT PRIVILEGES)\b|^ALTER .* OWNER TO \S+$/s.test(sql)};
};

const WORDS_MAX = 60;
