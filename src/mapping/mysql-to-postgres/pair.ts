import {assert} from '../../model/assert.ts';
import type {ConversionRules} from '../../model/conversion-rules.ts';
import type {MysqlColumn, MysqlSchema, MysqlTable} from '../../model/mysql-schema.ts';
import type {Column} from '../../model/table.ts';
import {ANY_TYPE, type DeclaredTypes, type EnginePair} from '../engine-pair.ts';
import type {ColumnMapping, ConvertedScript} from '../mapping.ts';
import {mysqlComparable} from '../mysql-comparable.ts';
import {rename} from '../rename.ts';
import {columnConversion} from './column-conversion.ts';
import {convertedSchema} from './schema.ts';
import {foldedKeys, typeMap} from './type-map.ts';
import {chosenType, typesOf} from './types.ts';
import {zeroDate} from './zero-dates.ts';

/** MySQL and MariaDB alike: nearly all that differs between the two is in what their catalogues print. */
export const mysqlToPostgres = (rules: ConversionRules, flavour: MysqlSchema['flavour'] = 'mysql'): EnginePair => {
  const targetName = (name: string): string => (rules.names === 'lower' ? name.toLowerCase() : name);
  return {
    column: (column, rule, isKey): ColumnMapping => {
      const to = rule.to === rule.column ? targetName(rule.column) : rule.to;
      const chosen = chosenType(asMysql(column), rule.type ?? usualType(column, rules), flavour);
      const zero = rules.zeroDates && column.notNull && !isKey ? zeroDate(column.type) : undefined;
      return 'refused' in chosen ? {...rename({...rule, to}), problem: chosen.refused} : columnConversion(chosen, column.name, to, zero);
    },
    targetName,
    // The type of a column is the conversion's own, never one that only has to be wide enough.
    wayBackOf: (from, to) => (from === to ? 'exact' : undefined),
    comparable: mysqlComparable,
    converted: (schema, declared) => {
      assert(schema.flavour !== 'postgres', 'the schema is that of the source of this pair');
      return convertedScript(schema, declared, rules);
    },
  };
};

const asMysql = ({type, characterSet = 'utf8mb4'}: Column): Pick<MysqlColumn, 'type' | 'characterSet'> => ({type, characterSet});

/** What the plan says of all columns of a kind. */
const usualType = ({type}: {readonly type: string}, {tinyint1}: ConversionRules): string | undefined =>
  tinyint1 === 'boolean' && type.startsWith('tinyint(1)') ? 'boolean' : undefined;

/** Each database becomes a schema of its name. */
const convertedScript = (schema: MysqlSchema, declared: DeclaredTypes, rules: ConversionRules): ConvertedScript => {
  const names = [...new Set(schema.tables.map(({name}) => name.schema))];
  const parts = names.map((name) =>
    convertedSchema(within(schema, name), {
      schema: name,
      types: declaredTypes(schema.tables, declared, rules),
      ...(rules.zeroDates ? {zeroDates: rules.zeroDates} : {}),
    }),
  );
  const accepted = new Set(rules.accept);
  return {
    preData: parts.flatMap(({preData}) => preData),
    postData: parts.flatMap(({postData}) => postData),
    types: parts.flatMap(({tables}) => tables.flatMap(typeMap)),
    foldedKeys: parts.flatMap(({tables}) => tables.flatMap(foldedKeys)),
    findings: parts
      .flatMap(({findings}) => findings)
      .map((finding) => (accepted.has(finding.object) ? {...finding, severity: 'warn', next: 'accepted in the plan'} : finding)),
  };
};

const within = ({tables, views, programs, ...rest}: MysqlSchema, schema: string): MysqlSchema => ({
  ...rest,
  tables: tables.filter(({name}) => name.schema === schema),
  views: views.filter(({name}) => name.schema === schema),
  programs: programs.filter(({name}) => name.schema === schema),
});

const declaredTypes = (tables: readonly MysqlTable[], declared: DeclaredTypes, rules: ConversionRules): ReadonlyMap<string, string> =>
  new Map(
    tables.flatMap(({name, columns}) =>
      columns.flatMap((column): [string, string][] => {
        const wanted = declared(name, column.name);
        const type = wanted === ANY_TYPE ? anyType(column) : (wanted ?? usualType(column, rules));
        return type === undefined ? [] : [[`${name.name}.${column.name}`, type]];
      }),
    ),
  );

/** One that is moved only where the plan says so is made as that, to be taken away again. */
const anyType = (column: MysqlColumn): string | undefined => typesOf(column)?.choices[0]?.type;
