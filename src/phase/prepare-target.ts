/** Makes the target ready: schema without what the replay window forbids (R10), and closed to the application from the start. */
import {readFile} from 'node:fs/promises';
import {dirname, resolve} from 'node:path';
import {TerminalError} from '../model/errors.ts';
import {nameOf, writtenColumns, type Table} from '../model/table.ts';
import type {Phase, PhaseContext} from './phase.ts';

export const prepareTarget: Phase = {
  async run(context) {
    await context.steps.once('check-empty', () => requireEmpty(context));
    const schema = await context.steps.once('schema-pre-data', () => runFile(context, 'preData'));
    await context.steps.once('check-columns', () => requireSameColumns(context));
    await context.steps.once('close-target', async () => context.target.fence.closeFromStart(await context.tables()));
    await context.steps.once('route-source', async () => {
      const route = {epoch: 0, side: 'source', state: 'open', holdUntil: undefined, readPercent: 0} as const;
      await Promise.all([context.source.control.writeRoute(route), context.target.control.writeRoute(route)]);
    });
    return {event: {type: 'done'}, evidence: {...schema}};
  },
  /** The last undo of an abort: with the fences and our own schema, every trace on both sides is gone. */
  async undo(context) {
    const tables = await context.tables();
    for (const side of [context.source, context.target]) {
      await side.fence.remove(tables);
      await side.control.remove();
    }
  },
};

const requireEmpty = async (context: PhaseContext): Promise<void> => {
  const filled = await context.target.target.nonEmpty(await context.tables());
  if (filled.length) throw new TerminalError(`these tables of the target have rows already: ${filled.map(nameOf).join(', ')}`, {code: 'CF-TGT-001', next: 'empty them, or take another database as target'});
};

/** A schema file of the plan; paths are relative to the plan's folder. */
export const runFile = async (context: PhaseContext, part: 'preData' | 'postData'): Promise<{file: string; statements: number}> => {
  const {schema} = context.plan.plan;
  if (schema.kind !== 'files') return {file: schema.kind, statements: 0};
  const file = schema[part];
  const text = await readFile(resolve(dirname(context.plan.file), file), 'utf8');
  const {statements} = await context.target.target.runSchemaFile(file, text, context.signal);
  return {file, statements};
};

const requireSameColumns = async (context: PhaseContext): Promise<void> => {
  const {scope} = context.plan.plan;
  const onTarget = new Map((await context.target.catalog.tables(scope)).map((table) => [nameOf(table.name), table]));
  const faults = (await context.tables()).flatMap((table) => columnFaults(table, onTarget.get(nameOf(table.name))));
  if (faults.length) throw new TerminalError(`the target's tables do not fit:\n  ${faults.join('\n  ')}`, {code: 'CF-TGT-004', next: 'correct the pre-data schema file'});
};

const columnFaults = (table: Table, other: Table | undefined): string[] => {
  const name = nameOf(table.name);
  if (!other) return [`${name} is missing`];
  const types = new Map(other.columns.map((column) => [column.name, column.type]));
  const faults = writtenColumns(table).flatMap((column) => {
    const type = types.get(column.name);
    if (type === undefined) return [`${name}.${column.name} is missing`];
    return type === column.type ? [] : [`${name}.${column.name} is ${type}, and ${column.type} on the source`];
  });
  return table.key.join() === other.key.join() ? faults : [...faults, `${name} has the key (${other.key.join(', ')}), and (${table.key.join(', ')}) on the source`];
};
