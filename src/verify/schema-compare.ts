/**
 * Compares what both catalogues say about the tables and all that belongs to them: columns, types, defaults, keys,
 * indexes, constraints, triggers, views, sequences, privileges, comments. Asked by `verify --schema` and by the gate
 * `schema-match`; before the post-data is in place both rightly find differences.
 */
import type {Database, Schema, SchemaStatement} from '../engine/engine.ts';
import {TerminalError} from '../model/errors.ts';
import {nameOf, type Table, type TableName} from '../model/table.ts';

export type SchemaDifference = {
  /** `index shop.orders_customer` */
  readonly object: string;
  /** `changed`: on the source, since the target's was worked out from it. `uncompared`: only people know what it has to be. */
  readonly kind: 'missing' | 'extra' | 'different' | 'changed' | 'uncompared';
  readonly source: readonly string[];
  readonly target: readonly string[];
};

export type SchemaReport = {
  readonly objects: number;
  readonly differences: readonly SchemaDifference[] /** Owners may differ on purpose. */;
  readonly notes: readonly SchemaDifference[];
};

type Side = {readonly database: Database; readonly tables: readonly Table[]};

/** Tables that look different on the target, and what both catalogues had to say when the target's was written by Crossfade. */
export type Reshaped = {
  readonly tables: readonly {readonly from: TableName; readonly to: TableName}[];
  readonly kept: {readonly source: readonly SchemaStatement[]; readonly target: readonly SchemaStatement[]} | undefined;
};

/** Throws when one of the engines cannot tell; what was not compared is never reported as equal. */
export const compareSchemas = async (source: Side, target: Side, {tables, kept}: Reshaped = SAME_SHAPE): Promise<SchemaReport> => {
  const {from, to} = ofOneLanguage(source.database, target.database);
  const roles = await rolesOfBoth(from, to);
  if (kept) return asWorkedOut({from, to, roles}, source, target, kept);
  const others = (side: Side, name: 'from' | 'to') =>
    side.tables.filter((one) => !tables.some((table) => nameOf(table[name]) === nameOf(one.name)));
  const here = await readObjects(from, others(source, 'from'), roles);
  const found = await differences(from, here, await readObjects(to, others(target, 'to'), roles));
  const uncompared = tables.map(
    (table): SchemaDifference => ({object: `table ${nameOf(table.to)}`, kind: 'uncompared', source: [], target: []}),
  );
  return reportOf(here.size, [...found, ...uncompared]);
};

const SAME_SHAPE: Reshaped = {tables: [], kept: undefined};

type Engines = {readonly from: Schema; readonly to: Schema; readonly roles: ReadonlySet<string>};

/** The target against what was worked out for it, and the source against what that was worked out from. */
const asWorkedOut = async (
  {from, to, roles}: Engines,
  source: Side,
  target: Side,
  kept: NonNullable<Reshaped['kept']>,
): Promise<SchemaReport> => {
  const [expected, then] = [objectsOf(kept.target, roles), objectsOf(kept.source, roles)];
  const schemas = source.tables.map(({name}) => name.schema);
  const [now, there] = [await readObjects(from, source.tables, roles), await readObjects(to, target.tables, roles, schemas)];
  const changed = (await differences(from, then, now)).map((one): SchemaDifference => ({...one, kind: 'changed'}));
  return reportOf(expected.size, [...(await differences(to, expected, there)), ...changed]);
};

const reportOf = (objects: number, found: readonly SchemaDifference[]): SchemaReport => {
  const isNote = ({object, kind}: SchemaDifference): boolean => kind === 'uncompared' || isOwner(object);
  return {objects, differences: found.filter((one) => !isNote(one)), notes: found.filter(isNote)};
};

type Objects = ReadonlyMap<string, readonly string[]>;

const differences = async (schema: Schema, here: Objects, there: Objects): Promise<SchemaDifference[]> => {
  const found: SchemaDifference[] = [];
  for (const object of [...new Set([...here.keys(), ...there.keys()])].sort()) {
    const [one, other] = [here.get(object), there.get(object)];
    if (!one || !other || !(await isSame(schema, one, other)))
      found.push({object, kind: one ? (other ? 'different' : 'missing') : 'extra', source: one ?? [], target: other ?? []});
  }
  return found;
};

/** One line each; with what both sides say where they disagree. */
export const wordsOf = (difference: SchemaDifference): string => {
  const {kind, source, target} = difference;
  const said = (side: readonly string[]): string => side.join('; ').replaceAll(/\s+/g, ' ');
  return kind === 'different' ? `${brieflyOf(difference)}: ${said(source)} | ${said(target)}` : brieflyOf(difference);
};

export const brieflyOf = ({object, kind}: SchemaDifference): string => {
  if (kind === 'different') return `${object} differs`;
  if (kind === 'changed') return `${object} has changed on the source since the target’s schema was made`;
  if (kind === 'uncompared')
    return `${object} has another shape than on the source: its columns fit the mapping, the rest was not compared`;
  return kind === 'missing' ? `${object} is missing on the target` : `${object} is only on the target`;
};

const isOwner = (object: string): boolean => object.startsWith('owner of ');

const ofOneLanguage = (source: Database, target: Database): {readonly from: Schema; readonly to: Schema} => {
  const [from, to] = [source.schema, target.schema];
  if (source.engine === target.engine && from && to) return {from, to};
  throw new TerminalError('the engine of the source does not describe schemas in the language of the target, so they cannot be compared', {
    code: 'CF-SCOPE-004',
    next: 'take the gate schema-match out of the plan, and compare what crossfade assess shows',
  });
};

/** A role that one server does not have cannot be granted anything there. */
const rolesOfBoth = async (from: Schema, to: Schema): Promise<ReadonlySet<string>> => {
  const there = new Set(await to.roles());
  return new Set((await from.roles()).filter((role) => there.has(role)));
};

/** Definitions by object; one that cannot be written counts by its name alone. */
const readObjects = async (
  schema: Schema,
  tables: readonly Table[],
  roles: ReadonlySet<string>,
  schemas: readonly string[] = [],
): Promise<Objects> => {
  const {preData, postData, findings} = await schema.read(tables, schemas);
  const objects = new Map(objectsOf([...preData, ...postData], roles));
  for (const {object, severity} of findings) if (severity === 'refuse' && !objects.has(object)) objects.set(object, []);
  return objects;
};

const objectsOf = (statements: readonly SchemaStatement[], roles: ReadonlySet<string>): Objects => {
  const objects = new Map<string, readonly string[]>();
  const compared = ({roles: named}: SchemaStatement): boolean => named.every((role) => roles.has(role));
  for (const {object, sql} of statements.filter(compared)) objects.set(object, [...(objects.get(object) ?? []), sql]);
  return objects;
};

/** Parsed only where the words differ. */
const isSame = async (schema: Schema, one: readonly string[], other: readonly string[]): Promise<boolean> => {
  if (one.join('\n') === other.join('\n')) return true;
  if (one.length !== other.length) return false;
  return (await schema.meaning(one.join(';\n'))) === (await schema.meaning(other.join(';\n')));
};
