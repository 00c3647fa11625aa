/**
 * What an outline is made from: the plan, and what both catalogues say where they can be asked. What could not be asked
 * is named, and a stand-in takes its place, so that a plan can be read without its databases.
 */
import {readFile} from 'node:fs/promises';
import {engines} from '../engine/engines.ts';
import type {Database, Engine, MigrationRef, Schema, SchemaScript, Statements} from '../engine/engine.ts';
import type {MigrationMapping, TableMapping} from '../mapping/mapping.ts';
import {reshapedTable} from '../mapping/table-reshape.ts';
import {errorText, isCoded} from '../model/errors.ts';
import {type Column, nameOf, type Table, type TableName} from '../model/table.ts';
import {scriptOfFiles, triesFiles} from '../phase/schema-files.ts';
import {scriptFor} from '../phase/schema-script.ts';
import {keptTexts} from '../phase/target-schema.ts';
import {isInPlace, type Plan, type SchemaPlan} from '../plan/plan.ts';
import {announceKafka, type AnnouncedRelay} from '../relay/kafka-announced.ts';
import {type Sides} from './compose.ts';
import {mappingOf} from './compose-mapping.ts';

export type PlanFacts = {
  readonly plan: Plan;
  readonly source: Statements | undefined;
  readonly target: Statements | undefined;
  readonly tables: readonly Table[];
  /** As the target's catalogue shows them, or as they are expected to be. */
  readonly targets: readonly Table[];
  readonly forward: readonly TableMapping[];
  readonly reverse: readonly TableMapping[];
  readonly schema: SchemaFacts;
  /** What lies between the sides and would be made. */
  readonly relay?: AnnouncedRelay;
  /** What is not known, and why. */
  readonly missing: readonly string[];
};

export type SchemaFacts = {
  /** SQL texts. */
  readonly preData: string;
  readonly postData: string;
  readonly setAside: string;
  readonly putBack: string;
  /** Whatever is not there yet is tried out beforehand. */
  readonly tried: SchemaScript;
  /** Names of what is set aside. */
  readonly aside: readonly string[];
};

/** `sides` is undefined, with the reason, where nothing could be opened. */
export const planFacts = async (plan: Plan, migration: MigrationRef, sides: Sides | {readonly none: string}): Promise<PlanFacts> => {
  const engine = (side: 'source' | 'target'): Statements | undefined => engineOf(plan, side)?.statements?.(side, migration);
  const mapping = await mappingOf(plan);
  const missing: string[] = [];
  const ask = async <T>(what: string, question: (sides: Sides) => Promise<T>, otherwise: T): Promise<T> => {
    if ('none' in sides) return (missing.push(`${what}: ${sides.none}`), otherwise);
    try {
      return await question(sides);
    } catch (error) {
      if (!isCoded(error)) throw error;
      missing.push(`${what}: ${error.code} ${error.message}`);
      return otherwise;
    }
  };
  const known = await ask('the tables of the source', ({source}) => source.catalog.tables(plan.scope), plan.scope.tables.map(standIn));
  const tables = mapping.sourceTables(known);
  const names = tables.map(({name}) => mapping.targetName(name));
  const there = isInPlace(plan)
    ? []
    : await ask('the tables of the target', ({target}) => target.catalog.tables({tables: names.map(nameOf), exclude: []}), []);
  const coming =
    plan.schema.kind === 'convert'
      ? await ask('the types of the target', ({source}) => inOtherTypes(tables, source, mapping), tables)
      : tables;
  const targets = coming.map((table, i) => targetOf(table, names[i] ?? table.name, there, mapping));
  const schema =
    plan.schema.kind === 'files' && !isInPlace(plan)
      ? await filesOf(plan.schema, missing, 'none' in sides ? undefined : sides.target.schema)
      : await ask('the schema of the target', (both) => schemaFacts(plan, both, known, there, mapping), NO_SCHEMA);
  return {
    plan,
    source: engine('source'),
    target: engine('target'),
    tables,
    targets,
    ...mappings(mapping, tables, targets),
    schema,
    ...(plan.relay.kind === 'kafka' && {
      relay: announceKafka({...plan.relay, ...tlsOf(plan)}, migration.short, tables, plan.source.engine),
    }),
    missing,
  };
};

const tlsOf = ({source: {tls}}: Plan) => (tls ? {sourceTls: tls} : {});

const engineOf = (plan: Plan, side: 'source' | 'target'): Engine | undefined => {
  const known: Readonly<Record<string, Engine>> = engines;
  return Object.hasOwn(known, plan[side].engine) ? known[plan[side].engine] : undefined;
};

const mappings = (mapping: MigrationMapping, tables: readonly Table[], targets: readonly Table[]) => ({
  forward: mapping.tables(tables, targets, 'forward'),
  reverse: mapping.tables(tables, targets, 'reverse'),
});

/** For `shop.*`, whose tables nobody could name. */
const standIn = (pattern: string): Table => {
  const [schema = '', name = ''] = pattern.split('.');
  return unknownTable({schema, name});
};

const unknownTable = (name: TableName): Table => ({
  name,
  columns: ['<key>', '<columns>'].map((column) => ({
    name: column,
    type: 'text',
    notNull: false,
    generated: false,
    identity: undefined,
    portableBinary: true,
  })),
  key: ['<key>'],
  partitions: [],
  estimatedRows: 0,
  estimatedBytes: 0,
});

/** Tables of another engine are made with what their types become there. */
const inOtherTypes = async (
  tables: readonly Table[],
  {convertible}: Database,
  {converted}: MigrationMapping,
): Promise<readonly Table[]> => {
  if (!convertible || !converted) return tables;
  const {types} = converted(await convertible.read(tables));
  const known = new Map(types.map(({table, column, to}) => [`${nameOf(table)}.${column}`, to]));
  const typed = (table: Table, column: Column): Column => ({...column, type: known.get(`${nameOf(table.name)}.${column.name}`) ?? 'text'});
  return tables.map((table) => ({...table, columns: table.columns.map((column) => typed(table, column))}));
};

/** One that does not exist yet is like the source's, in the shape that the plan gives it. */
const targetOf = (table: Table, name: TableName, there: readonly Table[], mapping: MigrationMapping): Table => {
  const found = there.find((one) => nameOf(one.name) === nameOf(name));
  if (found) return found;
  const [reshape] = mapping.reshapes([table]);
  const {only: _, ...whole} = table; // on the target every row of the table is the migration's
  return reshape ? reshapedTable(table, reshape) : {...whole, name};
};

const NO_SCHEMA: SchemaFacts = {preData: '', postData: '', setAside: '', putBack: '', tried: {preData: [], postData: []}, aside: []};

const schemaFacts = async (
  plan: Plan,
  {source, target}: Sides,
  tables: readonly Table[],
  there: readonly Table[],
  mapping: MigrationMapping,
): Promise<SchemaFacts> => {
  const {schema} = plan;
  if (isInPlace(plan) || !tables.length || schema.kind === 'files') return NO_SCHEMA;
  const {preData, postData, remove: setAside, restore: putBack} = await keptTexts(target, plan);
  if (schema.kind === 'existing' && setAside !== undefined && putBack !== undefined) return {...NO_SCHEMA, setAside, putBack};
  if (preData !== undefined && postData !== undefined) return {...NO_SCHEMA, preData, postData};
  if (schema.kind === 'existing') {
    const {remove, restore} = (await target.schema?.forbidden(there)) ?? {remove: [], restore: []};
    return {...NO_SCHEMA, setAside: textOf(remove), putBack: textOf(restore), aside: remove.map(({object}) => object)};
  }
  const {script, tried} = await scriptFor(schema.kind, {source, target}, tables, mapping, new AbortController().signal);
  return {...NO_SCHEMA, preData: textOf(script.preData), postData: textOf(script.postData), tried};
};

const textOf = (statements: readonly {readonly sql: string}[]): string => statements.map(({sql}) => `${sql};\n`).join('\n');

const filesOf = async (
  files: Extract<SchemaPlan, {readonly kind: 'files'}>,
  missing: string[],
  schema: Schema | undefined,
): Promise<SchemaFacts> => {
  const read = (file: string): Promise<string> =>
    readFile(file, 'utf8').catch((error: unknown) => {
      missing.push(`the schema file ${file}: ${errorText(error)}`);
      return '';
    });
  const tried = triesFiles(schema) ? (await scriptOfFiles(schema, files)).script : NO_SCHEMA.tried;
  return {...NO_SCHEMA, preData: await read(files.preData), postData: await read(files.postData), tried};
};
