/** Runs a file as `psql -f` or pg_dump's plain format have it: statements, rows after `COPY … FROM stdin;`, no psql commands. */
import {readFileSync} from 'node:fs';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import type pg from 'pg';
import copyStreams from 'pg-copy-streams';

export async function runSqlFile(client: pg.Client, file: string): Promise<void> {
  for (const part of partsOf(readFileSync(file, 'utf8'))) {
    if (part.rows === undefined) await client.query(part.sql);
    else await pipeline(Readable.from(part.rows), client.query(copyStreams.from(part.sql)));
  }
}

type Part = {readonly sql: string; readonly rows?: readonly string[]};

const COPY = /^COPY .* FROM stdin;$/i;
/** `\connect`, `\restrict` and the like mean something to psql alone. */
const PSQL = /^\\\w/;

export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let sql: string[] = [];
  const flush = (): void => {
    if (sql.some((line) => line.trim())) parts.push({sql: sql.join('\n')});
    sql = [];
  };
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (!COPY.test(line)) {
      if (!PSQL.test(line)) sql.push(line);
      continue;
    }
    flush();
    const end = lines.indexOf('\\.', at);
    const last = end < 0 ? lines.length : end;
    parts.push({sql: line.slice(0, -1), rows: lines.slice(at + 1, last).map((row) => `${row}\n`)});
    at = last;
  }
  flush();
  return parts;
}
