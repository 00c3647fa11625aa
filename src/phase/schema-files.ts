/**
 * Schema files are carried out on the target beforehand, in a transaction that is rolled back, as a schema is that
 * Crossfade writes: what the target would not take is named by file and line before anything is done.
 */
import {readFile} from 'node:fs/promises';
import type {Finding, Schema, SchemaScript} from '../engine/engine.ts';
import {isCoded} from '../model/errors.ts';
import type {SchemaPlan} from '../plan/plan.ts';

type Files = Extract<SchemaPlan, {readonly kind: 'files'}>;

/** Of an engine that can try out files. */
export type TryingSchema = Schema & Required<Pick<Schema, 'statements'>>;

export const triesFiles = (schema: Schema | undefined): schema is TryingSchema => schema?.statements !== undefined;

export const filesFindings = async (schema: TryingSchema, files: Files, signal: AbortSignal): Promise<readonly Finding[]> => {
  const {script, findings} = await scriptOfFiles(schema, files);
  if (findings.length) return findings;
  const [first, ...others] = await schema.tryOut(script, signal);
  if (!first) return [];
  // What follows may only fail because the first did.
  const rest = others.length ? `; and then ${others.length} more fail` : '';
  return [refusal(first.statement.object, `the target does not take it: ${first.reason}${rest}`, 'correct that statement')];
};

/** A file that cannot be read, or is not SQL, is a finding of its own. */
export const scriptOfFiles = async (
  schema: Pick<TryingSchema, 'statements'>,
  {preData, postData}: Files,
): Promise<{readonly script: SchemaScript; readonly findings: readonly Finding[]}> => {
  const [pre, post] = [await statementsOf(schema, preData), await statementsOf(schema, postData)];
  return {script: {preData: pre.statements, postData: post.statements}, findings: [...pre.findings, ...post.findings]};
};

const statementsOf = async (schema: Pick<TryingSchema, 'statements'>, file: string) => {
  try {
    return {statements: await schema.statements(file, await readFile(file, 'utf8')), findings: []};
  } catch (error) {
    if (isCoded(error)) return {statements: [], findings: [refusal(file, error.message, error.next ?? '')]};
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    return {statements: [], findings: [refusal(file, `cannot be read: ${error.message}`, 'correct schema in the plan, or write the file')]};
  }
};

const refusal = (object: string, reason: string, next: string): Finding => ({severity: 'refuse', code: 'CF-TGT-004', object, reason, next});
