/**
 * Where the target's tables come from. Whatever the plan says, it comes down to two SQL texts that are run statement by
 * statement, each once, before the load and when the tables are complete; and what R10 forbids in between is set aside.
 * Texts that Crossfade made are kept on the target: a resume runs the same text, even if the source has changed since.
 */
import {readFile} from 'node:fs/promises';
import {dirname, resolve} from 'node:path';
import type {Database, Finding, Schema, SchemaStatement} from '../engine/engine.ts';
import {TerminalError, type ErrorCode} from '../model/errors.ts';
import {nameOf, type Table, type TableName} from '../model/table.ts';
import type {MigrationMapping} from '../mapping/mapping.ts';
import {isInPlace, type Plan} from '../plan/plan.ts';
import type {PhaseContext} from './phase.ts';
import {keepReshaped} from './reshaped-schema.ts';
import {filesFindings, triesFiles} from './schema-files.ts';
import {scriptFor, type ScriptKind} from './schema-script.ts';

export type SchemaRun = {readonly file: string; readonly statements: number};

type Asked = {
  readonly source: Database;
  readonly target: Database;
  readonly plan: Plan;
  readonly tables: readonly Table[];
  readonly mapping: MigrationMapping;
};

/** What stands in the way of the plan's kind of schema, and what would be set aside. Changes nothing. */
export const schemaFindings = async ({source, target, plan, tables, mapping}: Asked): Promise<readonly Finding[]> => {
  const {schema} = plan;
  if (!tables.length || schema.kind === 'existing') return [];
  // Asked in the middle of a run, what is in the way is what that run has made.
  if (await target.schema?.isBegun(plan.name)) return [];
  const filled = await filledTables(target, tables, mapping);
  if (filled.length) return filled;
  const {signal} = new AbortController();
  if (schema.kind === 'files') return triesFiles(target.schema) ? filesFindings(target.schema, schema, signal) : [];
  return (await scriptFor(schema.kind, {source, target}, tables, mapping, signal)).findings;
};

const filledTables = async (target: Database, tables: readonly Table[], mapping: MigrationMapping): Promise<Finding[]> => {
  const filled = await target.target.nonEmpty(tables.map((table) => ({...table, name: mapping.targetName(table.name)})));
  return filled.map((name) => ({
    severity: 'refuse',
    code: 'CF-TGT-001',
    object: nameOf(name),
    reason: 'has rows on the target already',
    next: 'empty it, or take another database as target',
  }));
};

/** Names of what `existing` would take away and put back. */
export const toSetAside = async (target: Database, plan: Plan, tables: readonly TableName[]): Promise<readonly string[]> => {
  if (plan.schema.kind !== 'existing' || isInPlace(plan) || !target.schema || !tables.length) return [];
  const {remove} = await target.schema.forbidden(await target.catalog.tables({tables: tables.map(nameOf), exclude: []}));
  return remove.map(({object}) => object);
};

export const runPreData = (context: PhaseContext): Promise<SchemaRun> => runPart(context, 'preData');

/** What the window forbids and the tables have goes; how to put it back is stored before the first of it goes. */
export const setAside = async (context: PhaseContext): Promise<{removed: number}> => {
  const {target, signal} = context;
  const {schema} = target;
  if (!schema) return {removed: 0};
  const kept =
    (await schema.kept(SET_ASIDE)) ?? (await schema.keep(SET_ASIDE, JSON.stringify(await asTexts(schema, await context.tables('target')))));
  const {statements} = await target.target.runSchemaFile('set aside', parseKept(kept).remove, signal);
  return {removed: statements};
};

export const runPostData = async (context: PhaseContext): Promise<SchemaRun & {putBack: number}> => {
  const putBack = await restore(context);
  const run = await runPart(context, 'postData');
  await requireFit(context);
  return {...run, putBack};
};

/** What the file has made may be unfit for rows that are applied; nobody could see it before. */
const requireFit = async ({target, tables}: PhaseContext): Promise<void> => {
  const found = await target.catalog.findings('target', await tables('target'));
  const unfit = found.filter(({severity, code}) => severity === 'refuse' && code === 'CF-SCOPE-004');
  if (!unfit.length) return;
  const lines = unfit.map(({object, reason, next}) => `${object} ${reason}\n    → ${next}`);
  throw new TerminalError(`the schema of the target is not fit for a migration:\n  ${lines.join('\n  ')}`, {
    code: 'CF-SCOPE-004',
    next: unfit[0]?.next ?? '',
  });
};

/** Abort: tables that were there before are empty and whole again. */
export const undoSchema = async (context: PhaseContext): Promise<void> => {
  const {target, plan} = context;
  if (plan.plan.schema.kind !== 'existing' || !target.schema || !(await target.control.isInstalled())) return;
  if ((await target.schema.kept(SET_ASIDE)) === undefined) return;
  // Without chunks nothing was loaded: whatever stands in the tables now is not ours.
  if ((await target.target.chunks()).length) await target.schema.empty(await context.tables('target'));
  await restore(context);
};

const SET_ASIDE = 'set aside';

const asTexts = async (schema: Schema, tables: readonly Table[]): Promise<Kept> => {
  const {remove, restore} = await schema.forbidden(tables);
  return {remove: textOf(remove), restore: textOf(restore)};
};

type Kept = {readonly remove: string; readonly restore: string};
/** Written by `setAside`. */
const parseKept = (text: string): Kept => JSON.parse(text) as Kept;

const restore = async ({target, plan, signal}: PhaseContext): Promise<number> => {
  const kept = await target.schema?.kept(SET_ASIDE);
  if (kept === undefined) return 0;
  const {statements} = await target.target.runSchemaFile(
    'put back',
    parseKept(kept).restore,
    signal,
    plan.plan.schema.kind === 'existing' ? 'stays' : undefined,
  );
  return statements;
};

/** Of a run that has made its texts already: a source that changed since does not change them. */
export const keptTexts = async (target: Database, {schema: {kind}}: Plan): Promise<Partial<Texts & Kept>> => {
  if (!target.schema || !(await target.control.isInstalled())) return {};
  const [preData, postData] = [await target.schema.kept(`${kind} pre-data`), await target.schema.kept(`${kind} post-data`)];
  const aside = await target.schema.kept(SET_ASIDE);
  return {
    ...(preData === undefined || postData === undefined ? {} : {preData, postData}),
    ...(aside === undefined ? {} : parseKept(aside)),
  };
};

type Part = 'preData' | 'postData';

const runPart = async (context: PhaseContext, part: Part): Promise<SchemaRun> => {
  const {file, text} = await textFor(context, part);
  const {statements} = await context.target.target.runSchemaFile(file, text, context.signal);
  return {file, statements};
};

const textFor = async (context: PhaseContext, part: Part): Promise<{file: string; text: string}> => {
  const {schema} = context.plan.plan;
  if (schema.kind === 'existing') return {file: 'existing', text: ''};
  if (schema.kind === 'files') return {file: schema[part], text: await readFile(resolve(dirname(context.plan.file), schema[part]), 'utf8')};
  const file = `${schema.kind} ${part === 'preData' ? 'pre-data' : 'post-data'}`;
  return {file, text: (await context.target.schema?.kept(file)) ?? (await make(context, schema.kind, file))};
};

/** Both parts at once, of one state of the source. */
const make = async (context: PhaseContext, kind: ScriptKind, file: string): Promise<string> => {
  const made = await texts(context, kind);
  const {schema} = context.target;
  if (!schema) throw new TerminalError('the target keeps no schema texts', {code: 'CF-SCOPE-004', next: 'use schema kind files'});
  await schema.keep(`${kind} post-data`, made.postData);
  const preData = await schema.keep(`${kind} pre-data`, made.preData);
  return file.endsWith('pre-data') ? preData : made.postData;
};

type Texts = {readonly preData: string; readonly postData: string};

const texts = async (context: PhaseContext, kind: ScriptKind): Promise<Texts> => {
  const {source, target, signal} = context;
  const [tables, mapping] = [await context.tables(), await context.mapping()];
  const {script, findings} = await scriptFor(kind, {source, target}, tables, mapping, signal);
  const refused = findings.filter(({severity}) => severity === 'refuse');
  const [first] = refused;
  if (first)
    throw new TerminalError(refused.map(({object, reason}) => `${object}: ${reason}`).join('\n'), {
      code: first.code as ErrorCode,
      next: first.next,
    });
  await keepReshaped({source, target, tables, mapping}, script);
  return {preData: textOf(script.preData), postData: textOf(script.postData)};
};

/** The object's name stands above each statement, for whoever reads an error. */
const textOf = (statements: readonly SchemaStatement[]): string =>
  statements.map(({object, sql}) => `-- ${object.replaceAll(/\s+/g, ' ')}\n${sql};\n`).join('\n');
