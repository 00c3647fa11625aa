/** The list of what a column can become, by the word of the plan. */
import type {Value} from '../model/change.ts';
import type {ColumnRule, FunctionReference} from '../model/mapping-rules.ts';
import type {RowFilter} from '../model/row-filter.ts';
import {constant} from './constant.ts';
import {drop} from './drop.ts';
import type {ColumnMapping} from './mapping.ts';
import {merge} from './merge.ts';
import {rename} from './rename.ts';
import {split} from './split.ts';
import {transform} from './transform.ts';

export type RuleOf<Kind extends ColumnRule['kind']> = Extract<ColumnRule, {readonly kind: Kind}>;
export type ValueFunction = (value: Value) => Value;
/** The functions that the plan refers to, loaded. */
export type Functions = (reference: FunctionReference) => ValueFunction;

const columnMappings: {
  readonly [Kind in ColumnRule['kind']]: (rule: RuleOf<Kind>, functions: Functions, where: RowFilter | undefined) => ColumnMapping;
} = {
  rename,
  split,
  merge,
  constant,
  drop: (rule, _functions, where) => drop(rule, where),
  transform,
};

export const columnMapping = <Kind extends ColumnRule['kind']>(
  rule: RuleOf<Kind>,
  functions: Functions,
  where: RowFilter | undefined,
): ColumnMapping => columnMappings[rule.kind as Kind](rule, functions, where);
