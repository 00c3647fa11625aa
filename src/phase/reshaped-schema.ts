/**
 * What the target's catalogue has to say when tables look different there. It was worked out when the schema was made, so
 * it is kept beside the data, together with what the source's catalogue said then; a comparison needs both.
 */
import type {Database, SchemaScript, SchemaStatement} from '../engine/engine.ts';
import type {MigrationMapping} from '../mapping/mapping.ts';
import type {Reshape} from '../model/reshape.ts';
import type {Table} from '../model/table.ts';

type Statements = readonly SchemaStatement[];

export type ReshapedSchema = {
  readonly tables: readonly Reshape[];
  /** Absent where people write the target's schema. */
  readonly kept: {readonly source: Statements; readonly target: Statements} | undefined;
};

type Asked = {readonly source: Database; readonly target: Database; readonly tables: readonly Table[]; readonly mapping: MigrationMapping};

/** Called when the target's schema has been written, before it is made. */
export const keepReshaped = async ({source, target, tables, mapping}: Asked, script: SchemaScript): Promise<void> => {
  if (!source.schema || !mapping.reshapes(tables).length) return;
  const there = await source.schema.read(tables);
  await target.schema?.keep(NAME, JSON.stringify({source: statementsOf(there), target: statementsOf(script)}));
};

/** `tables`: of the source. */
export const reshapedSchema = async ({target, tables, mapping}: Omit<Asked, 'source'>): Promise<ReshapedSchema> => {
  const reshapes = mapping.reshapes(tables);
  const text = reshapes.length ? await target.schema?.kept(NAME) : undefined;
  // Written by `keepReshaped`.
  return {tables: reshapes, kept: text === undefined ? undefined : (JSON.parse(text) as NonNullable<ReshapedSchema['kept']>)};
};

const NAME = 'reshaped schema';
const statementsOf = ({preData, postData}: SchemaScript): Statements => [...preData, ...postData];
