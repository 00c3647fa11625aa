/** An answer in a form in which two servers' answers to the same question are the same text, and what two of them differ in. */
import {createHash} from 'node:crypto';
import type pg from 'pg';
import type {ReadDifference} from '../model/read-tally.ts';

export type Answer = Pick<pg.QueryResult, 'rows' | 'fields'>;

/** Without ORDER BY a server may give the rows in any order, so the order does not count. */
export function canonical({rows, fields}: Answer): string {
  const names = fields.map(({name}) => name);
  const texts = (rows as readonly Readonly<Record<string, unknown>>[]).map((row) =>
    JSON.stringify(names.map((name) => valueText(row[name]))),
  );
  return createHash('sha256')
    .update(JSON.stringify([names, texts.sort()]))
    .digest('hex');
}

/** As the application's own type parsers have made them; what these make differently of the same is a difference. */
function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (value instanceof Date) return `date ${value.getTime()}`;
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`;
  if (typeof value === 'object') return `json ${sortedText(value)}`;
  // oxlint-disable-next-line typescript/no-base-to-string -- of what is left everything prints itself: texts, numbers, booleans
  return `${typeof value} ${String(value)}`;
}

const sortedText = (value: object): string =>
  JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'bigint') return `bigint ${part}`;
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });

type Counted = {readonly columns: readonly {readonly name: string}[]; readonly rows: readonly unknown[]};

/** Named by the columns of the source. */
export const differenceOf = (text: string, source: Counted, target: Counted): ReadDifference => ({
  statement: withoutValues(text),
  columns: source.columns.map(({name}) => name),
  rows: {source: source.rows.length, target: target.rows.length},
});

const STATEMENT_MAX = 300;

/** Texts and numbers may be somebody's data, and a comment may be anything. Where it is not sure where a text ends, nothing of the rest is kept. */
export function withoutValues(text: string): string {
  const bare = text.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ').replaceAll(/(\$(?:[a-z_]\w*)?\$)[\s\S]*?\1/gi, '?');
  const isSure = !/\\|"[^"]*'|\$\w*\$/.test(bare);
  return (isSure ? bare.replaceAll(TEXT, '?') : bare.replace(/[a-z&]*'[\s\S]*/i, '?'))
    .replaceAll(/(?<![\w$])\d[\w.]*/g, '?')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, STATEMENT_MAX);
}

const TEXT = /(?:\b[a-z&]+)?'(?:[^']|'')*(?:'|$)/gi;
