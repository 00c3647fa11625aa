/** `conversion:` of a plan: what the schema of one engine becomes on another, where the first choice is not wanted. */
import * as z from 'zod';
import type {SchemaPlan} from './plan.ts';
import {nonEmpty} from './plan-words.ts';

export const conversionSchema = z
  .strictObject({
    names: z.exactOptional(z.literal('lower').describe('Tables and columns are called in lower case, unless the mapping names them.')),
    tinyint1: z.exactOptional(
      z.literal('boolean').describe('TINYINT(1) becomes boolean; a single column can say otherwise by its type in the mapping.'),
    ),
    zeroDates: z.exactOptional(
      z
        .literal('nullable')
        .describe(
          'Dates and times that are NOT NULL, and in no key, become nullable: NULL stands for their zero dates, and comes back as one.',
        ),
    ),
    accept: z
      .array(nonEmpty)
      .default([])
      .describe(
        'Defaults, checks, indexes and expressions, as crossfade doctor names them, that may stay behind although they are refused.',
      ),
  })
  .describe('For a source of another engine: what its schema becomes.');

type Sides = {
  readonly source: {readonly engine: string};
  readonly target: {readonly engine: string};
  readonly schema: SchemaPlan;
  readonly conversion?: unknown;
};

/** Nothing is converted between servers of one engine, and nothing else than a conversion crosses to another one. */
export function checkConversion({source, target, schema, conversion}: Sides, context: z.core.$RefinementCtx<Sides>): void {
  const isSame = source.engine === target.engine;
  const issue = (path: string[], message: string): void => context.addIssue({code: 'custom', path, message});
  if (isSame && schema.kind === 'convert')
    issue(['schema', 'kind'], 'converts for another engine only; catalog is meant for servers of one');
  if (isSame && conversion !== undefined) issue(['conversion'], 'is for a source of another engine');
  if (target.engine !== 'postgres' && Object.keys(conversion ?? {}).some((name) => name !== 'accept'))
    issue(['conversion'], 'names, tinyint1 and zeroDates are for PostgreSQL as target');
  if (!isSame && (schema.kind === 'catalog' || schema.kind === 'pg_dump'))
    issue(['schema', 'kind'], `cannot be ${schema.kind}, because the source is of another engine: convert, files or existing`);
}
