/**
 * Compares what both catalogues say about the tables and all that belongs to them: columns, types, defaults, keys,
 * indexes, constraints, triggers, views, sequences, privileges, comments. Asked by `verify --schema` and by the gate
 * `schema-match`; before the post-data is in place both rightly find differences.
 */
import type {Database, Schema, SchemaStatement} from '../engine/engine.ts';
import type {Table} from '../model/table.ts';

export type SchemaDifference = {
  /** `index shop.orders_customer` */
  readonly object: string;
  readonly kind: 'missing' | 'extra' | 'different';
  readonly source: readonly string[];
  readonly target: readonly string[];
};

export type SchemaReport = {
  readonly objects: number;
  readonly differences: readonly SchemaDifference[] /** Owners may differ on purpose. */;
  readonly notes: readonly SchemaDifference[];
};

type Side = {readonly database: Database; readonly tables: readonly Table[]};

/** Throws when one of the engines cannot tell; what was not compared is never reported as equal. */
export const compareSchemas = async (source: Side, target: Side): Promise<SchemaReport> => {
  const [from, to] = [schemaOf(source.database), schemaOf(target.database)];
  const roles = await rolesOfBoth(from, to);
  const [here, there] = [await readObjects(from, source.tables, roles), await readObjects(to, target.tables, roles)];
  const found: SchemaDifference[] = [];
  for (const object of [...new Set([...here.keys(), ...there.keys()])].sort()) {
    const [one, other] = [here.get(object), there.get(object)];
    if (!one || !other || !(await isSame(from, one, other)))
      found.push({object, kind: one ? (other ? 'different' : 'missing') : 'extra', source: one ?? [], target: other ?? []});
  }
  return {
    objects: here.size,
    differences: found.filter(({object}) => !isOwner(object)),
    notes: found.filter(({object}) => isOwner(object)),
  };
};

/** One line each; with what both sides say where they disagree. */
export const wordsOf = (difference: SchemaDifference): string => {
  const {kind, source, target} = difference;
  const said = (side: readonly string[]): string => side.join('; ').replaceAll(/\s+/g, ' ');
  return kind === 'different' ? `${brieflyOf(difference)}: ${said(source)} | ${said(target)}` : brieflyOf(difference);
};

export const brieflyOf = ({object, kind}: SchemaDifference): string => {
  if (kind === 'different') return `${object} differs`;
  return kind === 'missing' ? `${object} is missing on the target` : `${object} is only on the target`;
};

const isOwner = (object: string): boolean => object.startsWith('owner of ');

const schemaOf = ({schema, side}: Database): Schema => {
  if (!schema) throw new Error(`the engine of the ${side} does not describe schemas`);
  return schema;
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
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const {preData, postData, findings} = await schema.read(tables);
  const objects = new Map<string, string[]>();
  const compared = ({roles: named}: SchemaStatement): boolean => named.every((role) => roles.has(role));
  for (const {object, sql} of [...preData, ...postData].filter(compared)) objects.set(object, [...(objects.get(object) ?? []), sql]);
  for (const {object, severity} of findings) if (severity === 'refuse' && !objects.has(object)) objects.set(object, []);
  return objects;
};

/** Parsed only where the words differ. */
const isSame = async (schema: Schema, one: readonly string[], other: readonly string[]): Promise<boolean> => {
  if (one.join('\n') === other.join('\n')) return true;
  if (one.length !== other.length) return false;
  return (await schema.meaning(one.join(';\n'))) === (await schema.meaning(other.join(';\n')));
};
