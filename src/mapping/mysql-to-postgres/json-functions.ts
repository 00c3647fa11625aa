/** Functions of JSON. */
import type {FunctionRule} from './functions.ts';
import {NotUnderstood} from '../token-reader.ts';
import type {TypedSql} from './typed-sql.ts';
import {literal} from './types.ts';

/** A path of names and places; nothing that could find more than one value. */
const jsonPath = (path: TypedSql | undefined): string => {
  if (!path?.literal || !/^\$(?:\.(?:[A-Za-z_]\w*|"[^"\\]+")|\[\d+\])*$/.test(path.literal)) throw new NotUnderstood('this path into JSON');
  return literal(`strict ${path.literal}`);
};

const ofJson = (value: TypedSql | undefined): string => {
  if (value?.kind !== 'json') throw new NotUnderstood('a function of JSON on what is none');
  return value.sql;
};

export const JSON_FUNCTIONS: Readonly<Record<string, FunctionRule>> = {
  json_extract: {
    mysql: "JSON_EXTRACT(a, '$.b[0]'), a -> '$.b'",
    postgres: "jsonb_path_query_first(a, 'strict $.b[0]', '{}', true)",
    takes: [2],
    write: ([a, path]) => ({sql: `jsonb_path_query_first(${ofJson(a)}, ${jsonPath(path)}, '{}', true)`, kind: 'json'}),
  },
  json_unquote: {
    mysql: "JSON_UNQUOTE(a), a ->> '$.b'",
    postgres: "a #>> '{}', of JSON; the word null where JSON says null",
    takes: [1],
    write: ([a]) => ({kind: 'text', sql: `(CASE WHEN jsonb_typeof(${ofJson(a)}) = 'null' THEN 'null' ELSE ${ofJson(a)} #>> '{}' END)`}),
  },
  json_valid: {
    mysql: 'JSON_VALID(a)',
    postgres: 'a IS NOT NULL of jsonb',
    takes: [1],
    write: ([a]) => ({sql: `(CASE WHEN ${ofJson(a)} IS NOT NULL THEN true END)`, kind: 'boolean'}),
  },
};
