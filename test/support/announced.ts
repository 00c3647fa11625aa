/**
 * Compares what `plan` announces with what a server saw. DDL, and whatever locks, ends or sets something, must be
 * announced word by word, but for what only a run knows; reads and writes of the application's tables by kind and table.
 */
import type {Statement} from '../../src/engine/engine.ts';
import {relations} from '../../src/engine/postgres/postgres-locks.ts';
import {splitStatements} from '../../src/engine/postgres/postgres-schema-file.ts';
import type {Outline, OutlineStep} from '../../src/cli/outline.ts';

export type Part = {
  readonly text: string;
  /** As the parser calls it; of a replication command its first word. */
  readonly kind: string;
  /** Of the application. */
  readonly tables: readonly string[];
};

export type Announced = Part & {readonly isSure: boolean; readonly step: string; readonly pattern: RegExp};

/** Of these steps and one side. */
export async function announcedParts(steps: readonly OutlineStep[], side: Statement['side']): Promise<Announced[]> {
  const all: Announced[] = [];
  for (const {name, when, statements} of steps)
    for (const statement of statements) {
      if (statement.side !== side) continue;
      const isSure = when === undefined && statement.when === undefined;
      for (const part of await partsOf(statement.sql)) all.push({...part, isSure, step: name, pattern: patternOf(part.text)});
    }
  return all;
}

export const stepsOf = ({start, phases, abort}: Outline): readonly OutlineStep[] => [
  ...start,
  ...phases.flatMap(({steps}) => steps),
  ...abort,
];

/** One message may hold several statements. */
export async function partsOf(sql: string): Promise<Part[]> {
  if (/^[A-Z_]+_(?:REPLICATION|SLOT|SYSTEM)\b/.test(sql)) return [{text: plain(sql), kind: sql.split(' ')[0] ?? '', tables: []}];
  if (/<\w+>/.test(sql.replaceAll(/'[^']*'|"[^"]*"/g, '')) && !/\$\w+\$/.test(sql))
    return [{text: plain(sql), kind: 'unknown before the run', tables: []}];
  return (await splitStatements('statement', sql)).map(({sql: text, tree}) => ({
    text: plain(text),
    kind: Object.keys(tree as object)[0] ?? '',
    tables: relations(tree).filter((name) => !/^(?:crossfade|pg_catalog|pg_temp|information_schema)\.|^[^.]+$/.test(name)),
  }));
}

/** Whether a person would want to have known of it. */
export function isWorthTelling({kind, text, tables}: Part): boolean {
  if (kind === 'TransactionStmt') return false;
  if (!ROWS.has(kind)) return true;
  return (
    tables.length > 0 || /\b(?:pg_create_logical\w*|pg_drop_repl\w*|pg_terminate_backend|setval|set_config|pg_\w*advisory\w*)\(/.test(text)
  );
}

export const isAnnounced = (seen: Part, announced: readonly Announced[]): boolean => announced.some((one) => isSame(one, seen));

/** What was announced for certain and nobody has seen. */
export const missed = (announced: readonly Announced[], seen: readonly Part[]): string[] =>
  announced.filter((one) => one.isSure && !seen.some((part) => isSame(one, part))).map(({step, text}) => `${step}: ${text}`);

const ROWS: ReadonlySet<string> = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'CopyStmt']);

const isSame = (announced: Announced, seen: Part): boolean =>
  announced.pattern.test(seen.text) ||
  (ROWS.has(seen.kind) &&
    announced.kind === seen.kind &&
    seen.tables.length > 0 &&
    seen.tables.every((table) => announced.tables.includes(table)));

/** White space and the quotes of numbers say nothing. */
const plain = (sql: string): string =>
  sql
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/'(-?\d+)'/g, '$1')
    .replace(/;\s*$/, '')
    .trim();

const patternOf = (text: string): RegExp =>
  new RegExp(
    `^${text
      .split(/('?<\w[\w ]*>'?)/)
      .map((part, i) => (i % 2 ? placeholder(part.replaceAll(/[<>']/g, '')) : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')))
      .join('')}$`,
    's',
  );

/** Those that stand for more than a name or a number. */
const placeholder = (name: string): string => {
  if (name === 'type') return '[a-z ]+'; // as the catalogue writes it; our own DDL is in capitals
  return WIDE.has(name) ? `'?.+?'?` : `'?[^'"]+?'?`;
};

const WIDE: ReadonlySet<string> = new Set(['values', 'sequence', 'table', 'constraint', 'object', 'blockers']);
