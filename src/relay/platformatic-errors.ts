/** What `@platformatic/kafka` throws: it gathers what happened at each level and each try. */
import type {Said} from './broker-errors.ts';

export const saidBy = (error: unknown): readonly Said[] => rootsOf(error).map((root) => ({message: root.message, word: wordOf(root)}));

export const says = (error: unknown, word: string): boolean => saidBy(error).some((one) => one.word === word);

function rootsOf(error: unknown): readonly Error[] {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.flatMap(rootsOf);
  if (!(error instanceof Error)) return [new Error(String(error))];
  return error.cause instanceof Error ? rootsOf(error.cause) : [error];
}

const wordOf = (error: Error): string => ('apiId' in error && typeof error.apiId === 'string' ? error.apiId : '');
