/**
 * Two servers word the same definition differently: one keeps parentheses, the other names the table before every
 * column. Both are read by PostgreSQL's own parser, and what is left of the tree is compared.
 */
import {splitStatements} from './postgres-schema-file.ts';

export const meaningOf = async (sql: string): Promise<string> => {
  const statements = await splitStatements('definition', sql);
  return JSON.stringify(statements.map(({tree}) => reduced(tree)));
};

type Tree = {readonly [name: string]: unknown};

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null;

/** Without places in the text, and with `(a AND b) AND c` as `a AND b AND c`. */
const reduced = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reduced);
  if (!isTree(value)) return value;
  if (isTree(value['ColumnRef'])) return {ColumnRef: lastField(value['ColumnRef'])};
  if (isTree(value['BoolExpr'])) return {BoolExpr: flat(value['BoolExpr'])};
  return Object.fromEntries(Object.entries(value).flatMap(([name, part]) => (PLACES.has(name) ? [] : [[name, reduced(part)]])));
};

const PLACES = new Set(['location', 'stmt_location', 'stmt_len', 'list_start', 'list_end', 'rexpr_list_start', 'rexpr_list_end']);

/** `film.title` and `title`: newer servers leave the table out where only one can be meant. */
const lastField = ({fields}: Tree): unknown => (Array.isArray(fields) ? reduced(fields.at(-1)) : fields);

const flat = ({boolop, args}: Tree): unknown => ({boolop, args: operands(boolop, args)});

const operands = (operator: unknown, list: unknown): unknown[] =>
  (Array.isArray(list) ? list : []).flatMap((one: unknown) => {
    const inner = isTree(one) && isTree(one['BoolExpr']) ? one['BoolExpr'] : undefined;
    const isSame = inner?.['boolop'] === operator && operator !== 'NOT_EXPR';
    return isSame ? operands(operator, inner?.['args']) : [reduced(one)];
  });
