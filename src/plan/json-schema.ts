/** The plan's JSON Schema for editors, committed as `plan.schema.json`. Also what "did you mean" takes its known words from. */
import * as z from 'zod';
import {planSchema} from './plan-schema.ts';

/** Of every kind of plan, or of the kind that a file is read as. */
export function planJsonSchema(plan: z.ZodType = planSchema()): SchemaNode {
  const schema = z.toJSONSchema(plan, {io: 'input'});
  return node({title: 'Crossfade migration plan', ...schema});
}

/** As it stands in the committed file. */
export const planJsonSchemaText = (): string => `${JSON.stringify(planJsonSchema(), null, 2)}\n`;

/** The part of JSON Schema that is walked here. */
export type SchemaNode = {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  /** What stands under any key that people choose. */
  readonly additionalProperties?: SchemaNode | false;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  /** `#/$defs/…`, what stands at several places. */
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
};

/** The keys that may stand at a place of the plan, over all variants. */
export function knownKeys(schema: SchemaNode, path: readonly PropertyKey[]): string[] {
  return [...new Set(placesAt(schema, path).flatMap((place) => Object.keys(place.properties ?? {})))];
}

/** The values that tell the variants at a place apart: those of `kind`. */
export function knownConstants(schema: SchemaNode, path: readonly PropertyKey[]): string[] {
  return placesAt(schema, path).flatMap((place) => (place.enum ?? [place.const]).filter((value) => typeof value === 'string'));
}

function placesAt(root: SchemaNode, path: readonly PropertyKey[]): SchemaNode[] {
  const inside = (places: readonly SchemaNode[], part: PropertyKey) =>
    places.flatMap((place) => step(place, part)).flatMap((place) => variants(place, root));
  return path.reduce<SchemaNode[]>(inside, variants(root, root));
}

/** A node with everything it stands for. */
function variants(node: SchemaNode, root: SchemaNode): SchemaNode[] {
  const referred = node.$ref === undefined ? undefined : root.$defs?.[node.$ref.replace('#/$defs/', '')];
  const inner = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(referred ? [referred] : [])];
  return [node, ...inner.flatMap((variant) => variants(variant, root))];
}

function step(node: SchemaNode, part: PropertyKey): SchemaNode[] {
  const next = typeof part === 'number' ? node.items : (node.properties?.[String(part)] ?? node.additionalProperties);
  return next ? [next] : [];
}

/** zod's own type for JSON Schema allows booleans in every place; none of ours has one. */
const node = (schema: object): SchemaNode => schema;
