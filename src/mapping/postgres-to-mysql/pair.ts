import {assert} from '../../model/assert.ts';
import type {ConversionRules} from '../../model/conversion-rules.ts';
import type {PostgresTable} from '../../model/postgres-schema.ts';
import {nameOf} from '../../model/table.ts';
import {ANY_TYPE, type DeclaredTypes, type EnginePair} from '../engine-pair.ts';
import type {ColumnMapping, ConvertedScript} from '../mapping.ts';
import {postgresToPostgres} from '../postgres-to-postgres/pair.ts';
import {rename} from '../rename.ts';
import {columnConversion} from './column-conversion.ts';
import {convertedSchema} from './schema.ts';
import {typeMap} from './type-map.ts';
import {choicesOf, chosenType, type FlavourName} from './types.ts';

/** MySQL and MariaDB differ in the names of a few types, in how they keep JSON, and in what their foreign keys do to the log. */
export const postgresToMysql =
  (flavour: FlavourName) =>
  (rules: ConversionRules): EnginePair => {
    const targetName = (name: string): string => (rules.names === 'lower' ? name.toLowerCase() : name);
    return {
      column: (column, rule): ColumnMapping => {
        const to = rule.to === rule.column ? targetName(rule.column) : rule.to;
        const chosen = chosenType(column, flavour, rule.type);
        return 'refused' in chosen
          ? {...rename({...rule, to}), problem: chosen.refused}
          : columnConversion(chosen.choice, flavour, column, to);
      },
      targetName,
      // The type of a column is the conversion's own, never one that only has to be wide enough.
      wayBackOf: (from, to) => (from === to ? 'exact' : undefined),
      comparable: postgresToPostgres.comparable,
      converted: (schema, declared) => {
        assert(schema.flavour === 'postgres', 'the schema is that of the source of this pair');
        const made = convertedSchema(schema, flavour, declaredTypes(flavour, schema.tables, declared));
        return withAccepted({...made, types: made.tables.flatMap(typeMap), foldedKeys: []}, rules);
      },
    };
  };

const withAccepted = ({findings, ...script}: ConvertedScript, rules: ConversionRules): ConvertedScript => {
  const accepted = new Set(rules.accept);
  return {
    ...script,
    findings: findings.map((finding) =>
      accepted.has(finding.object) ? {...finding, severity: 'warn', next: 'accepted in the plan'} : finding,
    ),
  };
};

const declaredTypes = (flavour: FlavourName, tables: readonly PostgresTable[], declared: DeclaredTypes): ReadonlyMap<string, string> =>
  new Map(
    tables.flatMap(({name, columns}) =>
      columns.flatMap((column): [string, string][] => {
        const wanted = declared(name, column.name);
        // One that is moved only where the plan says so is made as that, to be taken away again.
        const type = wanted === ANY_TYPE ? choicesOf(column, flavour)[0]?.type : wanted;
        return type === undefined ? [] : [[`${nameOf(name)}.${column.name}`, type]];
      }),
    ),
  );
