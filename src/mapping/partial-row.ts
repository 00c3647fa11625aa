/**
 * Rows through a mapping, complete or not. A large value that did not change is absent from an event; what is made of
 * absent values only is absent too, and unchanged on the other side. What is made of some that are there and some that
 * are not cannot be told: then the row is torn and has to be read (R5).
 */
import type {Carried, KeptText} from '../model/carried.ts';
import type {Row, Value} from '../model/change.ts';
import type {ColumnForm} from '../model/text-form.ts';
import {TerminalError} from '../model/errors.ts';
import {nameOf, type Table} from '../model/table.ts';

export type Part = {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly isPlain: boolean;
  readonly asKey?: 'same' | 'converted';
  readonly isConverted?: true;
  map(values: readonly Value[]): readonly Value[];
  /** What must make the inputs of the outputs again. */
  readonly back: ((values: readonly Value[]) => readonly Value[]) | undefined;
  /** The way back, whether or not it must be exact. */
  readonly undo: ((values: readonly Value[]) => readonly Value[]) | undefined;
  /** Whether what came back is what went. */
  isSame?(a: Value, b: Value): boolean;
  readonly kept?: KeptText;
  readonly alike?: ColumnForm;
};

export const partialRow = (parts: readonly Part[], row: Row, to: Table): {readonly row: Row; readonly isTorn: boolean} => {
  const made: Record<string, Value> = {};
  let isTorn = false;
  for (const part of parts) {
    const values = part.inputs.map((name) => row[name]);
    if (isComplete(values)) {
      const outputs = outputsOf(part, values, to);
      part.outputs.forEach((name, i) => (made[name] = outputs[i] ?? null));
    } else if (values.some((value) => value !== undefined)) isTorn = true;
  }
  return {row: made, isTorn};
};

/** Undefined where a column is made of several, or several of one. */
export const carriedColumns = (parts: readonly Part[], to: Table): readonly Carried[] | undefined => {
  const carried = parts.map(
    (part): Carried => ({
      carry: (value) => outputsOf(part, [value], to)[0] ?? null,
      ...(part.kept ? {kept: part.kept} : {}),
    }),
  );
  return isOneToOne(parts) ? carried : undefined;
};

/** Each column is made of one, and of another one than the others. */
export const isOneToOne = (parts: readonly Part[]): boolean =>
  new Set(parts.map((part) => part.inputs[0])).size === parts.length &&
  parts.every((part) => part.inputs.length === 1 && part.outputs.length === 1);

/** A row of the receiving side after the way to the sending one and here again. What has no place there stays as it is. `parts`: those that convert. */
export const receivedRow = (parts: readonly Part[], row: Row): Row => {
  const seen: Record<string, Value> = {...row};
  for (const part of parts) {
    const values = part.outputs.map((name) => row[name]);
    if (!isComplete(values)) continue;
    const again = roundTrip(part, values);
    part.outputs.forEach((name, i) => (seen[name] = again[i] ?? null));
  }
  return seen;
};

const roundTrip = ({map, undo, back, isSame = isEqual}: Part, values: readonly Value[]): readonly Value[] => {
  try {
    const again = undo ? map(undo(values)) : values;
    // Where every value must return, one that does not is a difference and not another spelling.
    return !back || values.every((value, i) => isSame(value, again[i] ?? null)) ? again : values;
  } catch (error) {
    if (error instanceof TerminalError && error.code === 'CF-MAP-003') return values;
    throw error;
  }
};

const isComplete = (values: readonly (Value | undefined)[]): values is readonly Value[] => !values.includes(undefined);

const isEqual = (a: Value, b: Value): boolean => a === b;

const outputsOf = ({inputs, map, back, isSame = isEqual}: Part, values: readonly Value[], to: Table): readonly Value[] => {
  const outputs = map(values);
  const returned = back?.(outputs);
  if (!returned || values.every((value, i) => isSame(value, returned[i] ?? null))) return outputs;
  throw new TerminalError(`a value of ${inputs.join(', ')} cannot be carried into ${nameOf(to.name)}: it would not come back as it was`, {
    code: 'CF-MAP-003',
    next: 'crossfade explain CF-MAP-003',
  });
};
