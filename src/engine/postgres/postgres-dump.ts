/**
 * The schema by pg_dump, the database's own tool. Its sections are cut at another place than ours: keys move before the
 * data, and what R10 forbids there is set aside afterwards like anything else that a schema file brings.
 */
import {TerminalError} from '../../model/errors.ts';
import type {Table} from '../../model/table.ts';
import type {DatabaseUrl} from '../../model/database-url.ts';
import type {Finding} from '../engine.ts';
import {quoteTable} from './postgres-sql.ts';
import {splitStatements, type Statement} from './postgres-schema-file.ts';
import {findPgDump, runPgDump} from './pg-dump-program.ts';

/** `serverVersion`: as the server numbers itself, 170005. */
export const dumpFindings = async (serverVersion: number): Promise<Finding[]> => {
  const program = await findPgDump();
  const next = 'use schema kind catalog, which needs no program';
  if (!program) return [{severity: 'refuse', code: 'CF-SCOPE-004', object: 'pg_dump', reason: 'was not found on PATH, nor where pg_config says', next}];
  const server = Math.floor(serverVersion / 10_000);
  if (program.version >= server) return [];
  return [{severity: 'refuse', code: 'CF-SCOPE-004', object: `${program.file} ${program.version}`, reason: `is older than the source, which is ${server}, and would refuse it`, next}];
};

export const dumpSchema = async (url: DatabaseUrl, tables: readonly Table[]): Promise<{preData: string; postData: string}> => {
  const program = await findPgDump();
  if (!program) throw new TerminalError('pg_dump was not found', {code: 'CF-SCOPE-004', next: 'use schema kind catalog'});
  const names = new Set(tables.map((table) => table.name.schema));
  const dump = (section: string) => runPgDump(program.file, url, [`--section=${section}`, ...[...names].map((name) => `--schema=${quoteTable({schema: name, name: ''}).replace(/\.""$/, '')}`)]);
  const [pre, post] = [await statements('pg_dump pre-data', await dump('pre-data')), await statements('pg_dump post-data', await dump('post-data'))];
  const isEarly = keysOf(post);
  return {preData: textOf([...pre, ...post.filter(isEarly)]), postData: textOf(post.filter((one) => !isEarly(one)))};
};

/** What only psql knows goes, and what would change the session for the statements after it. */
const statements = async (file: string, text: string): Promise<Statement[]> => {
  const sql = text.replaceAll(/^\\.*$/gm, '');
  const found = await splitStatements(file, sql);
  return found.filter(({sql: one}) => !/^(?:--.*\n|\s)*(?:SET\b|SELECT pg_catalog\.set_config)/i.test(one)).map((one) => ({...one, sql: one.sql.replace(/^((?:--.*\n|\s)*)CREATE SCHEMA (?!IF)/i, '$1CREATE SCHEMA IF NOT EXISTS ')}));
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

const textOf = (all: readonly Statement[]): string => all.map(({sql}) => `${sql};\n`).join('\n');
