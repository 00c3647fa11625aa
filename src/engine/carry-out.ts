/** Carries out the statements of a schema in the database of a clone, in order. Of all engines. */
import {errorText, TerminalError} from '../model/errors.ts';
import type {Cloning} from './cloning.ts';
import type {SchemaStatement} from './schema.ts';

export async function carryOut(
  statements: readonly SchemaStatement[],
  run: (sql: string) => Promise<unknown>,
  isPassing: (error: unknown) => boolean,
): ReturnType<Cloning['make']> {
  const failed: {object: string; reason: string}[] = [];
  for (const {object, sql, isOptional} of statements) {
    try {
      await run(sql);
    } catch (error) {
      if (isPassing(error)) throw error;
      if (!isOptional) throw unfit(`the clone cannot have ${object}: ${errorText(error)}`);
      failed.push({object, reason: errorText(error)});
    }
  }
  return failed;
}

/** What the rows of a clone cannot be, or what they do not let be made. */
export const unfit = (message: string): TerminalError =>
  new TerminalError(message, {
    code: 'CF-REHEARSE-003',
    next: 'say under rehearsal: columns which values the object needs, or give the server what is missing',
  });
