import {assert} from '../../model/assert.ts';
import type {ConversionRules} from '../../model/conversion-rules.ts';
import type {RuleOf} from '../column-mappings.ts';
import type {EnginePair} from '../engine-pair.ts';
import type {ColumnMapping} from '../mapping.ts';
import {mysqlComparable} from '../mysql-comparable.ts';
import {rename} from '../rename.ts';
import {jsonColumn} from './json.ts';
import {floatColumn, MISSING, textColumn} from './other-product.ts';
import {nearSchema} from './schema.ts';
import {isSameType, wayBackOf} from './types.ts';

const pair = (column: EnginePair['column']): EnginePair => ({
  column,
  wayBackOf,
  isSameType,
  comparable: mysqlComparable,
});

type Rename = RuleOf<'rename'>;

const withJson = (type: string, rule: Rename): ColumnMapping =>
  type === 'json' && (rule.type ?? 'json') === 'json' ? jsonColumn(rule.column, rule.to) : rename(rule);

/** Whatever the plan says of the type, these have one text only. */
const between = (type: string, rule: Rename): ColumnMapping => {
  const [way, problem] = [{from: rule.column, to: rule.to}, MISSING[type]];
  if (problem !== undefined) return {...rename(rule), problem};
  if (/^(?:float|double)\b/.test(type) && (rule.type ?? type) === type) return floatColumn(way, type);
  return textColumn(way, type) ?? withJson(type, rule);
};

export const mysqlToMysql = pair(({type}, rule) => withJson(type, rule));

/** It keeps JSON as the text that it is, so every value has the same text on both sides. */
export const mariadbToMariadb = pair((_, rule) => rename(rule));

/** One to the other, either way. */
export const mysqlOrMariadb = (rules: ConversionRules): EnginePair => ({
  ...pair(({type}, rule) => between(type, rule)),
  converted: (schema) => {
    assert(schema.flavour !== 'postgres', 'the schema is that of the source of this pair');
    return nearSchema(schema, rules);
  },
});
