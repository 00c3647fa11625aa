/** Pins the functions of a plan: what their files say is part of what the plan means, so it is part of its checksum. */
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {TerminalError} from '../model/errors.ts';
import type {ColumnRule, FunctionReference, TableRule} from '../model/mapping-rules.ts';

export const withDigests = (tables: readonly TableRule[], folder: string): readonly TableRule[] =>
  overFunctions(tables, (reference) => ({...reference, digest: digestOf(resolve(folder, reference.file), reference)}));

/** Files named in a plan lie beside it. */
export const locateFunctions = (tables: readonly TableRule[], folder: string): readonly TableRule[] =>
  overFunctions(tables, (reference) => ({...reference, file: resolve(folder, reference.file)}));

const overFunctions = (tables: readonly TableRule[], change: (reference: FunctionReference) => FunctionReference): readonly TableRule[] =>
  tables.map((table) => ({
    ...table,
    columns: table.columns.map(
      (rule): ColumnRule =>
        rule.kind === 'transform' ? {...rule, forward: change(rule.forward), inverse: rule.inverse && change(rule.inverse)} : rule,
    ),
  }));

const digestOf = (file: string, {name}: FunctionReference): string => {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch (cause) {
    throw new TerminalError(`the file ${file} of the function ${name} cannot be read`, {
      code: 'CF-PLAN-001',
      cause,
      next: 'correct the path, which is relative to the plan',
    });
  }
};
