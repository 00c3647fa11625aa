/** Loads the functions that a plan refers to. They are code of the plan's author, run in this process. */
import {pathToFileURL} from 'node:url';
import {errorText, TerminalError} from '../model/errors.ts';
import type {ColumnRule, FunctionReference, MappingRules} from '../model/mapping-rules.ts';
import type {Functions, ValueFunction} from './column-mappings.ts';

export const loadFunctions = async (rules: MappingRules): Promise<Functions> => {
  const loaded = new Map<string, ValueFunction>();
  for (const reference of rules.tables.flatMap(({columns}) => columns.flatMap(references)))
    loaded.set(idOf(reference), await load(reference));
  return (reference) => loaded.get(idOf(reference)) ?? refuse(reference, 'was not loaded');
};

const references = (rule: ColumnRule): FunctionReference[] =>
  rule.kind === 'transform' ? [rule.forward, ...(rule.inverse ? [rule.inverse] : [])] : [];

const idOf = ({file, name}: FunctionReference): string => `${file}#${name}`;

const load = async (reference: FunctionReference): Promise<ValueFunction> => {
  const exported = await importFile(reference);
  const found = exported[reference.name];
  return typeof found === 'function' ? (found as ValueFunction) : refuse(reference, `is not a function that the file exports`);
};

const importFile = async (reference: FunctionReference): Promise<Readonly<Record<string, unknown>>> => {
  try {
    return (await import(pathToFileURL(reference.file).href)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    return refuse(reference, `could not be loaded: ${errorText(cause)}`, cause);
  }
};

const refuse = ({file, name}: FunctionReference, why: string, cause?: unknown): never => {
  throw new TerminalError(`the function ${name} of ${file} ${why}`, {
    code: 'CF-MAP-001',
    next: 'correct the file that the plan names',
    cause,
  });
};
