/**
 * How an error reaches the person: what was refused, where to read more, and last, what to do next. With `--json` one
 * document on stdout. A stack only with `--debug`.
 */
import {isCoded} from '../model/errors.ts';
import {runbookPage} from './explain-page.ts';
import type {Output} from './output.ts';

export function printRefusal(error: unknown, output: Output, debug: boolean): void {
  if (output.isJson) output.document({error: refusalDocument(error)});
  else for (const line of refusalLines(error)) output.insist(line);
  if (debug && error instanceof Error) output.insist(stacks(error));
}

/** `code` is null for a fault of ours, which has no page. */
export function refusalDocument(error: unknown): Readonly<Record<string, unknown>> {
  const {code = null, message, next} = describe(error);
  const page = code === null ? {} : {page: runbookPage(code)};
  const problems = typeof error === 'object' && error !== null && 'problems' in error ? {problems: error.problems} : {};
  return {code, message, next, ...page, ...problems};
}

function refusalLines(error: unknown): string[] {
  const {code, message, next} = describe(error);
  if (code === undefined) return [`crossfade: internal error: ${message}`, `Next: ${next}`];
  return [`crossfade: ${message}`, `More: crossfade explain ${code}`, `Next: ${next}`];
}

function describe(error: unknown): {readonly code?: string; readonly message: string; readonly next: string} {
  if (isCoded(error)) return {code: error.code, message: error.message, next: error.next ?? `crossfade explain ${error.code}`};
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {message, next: 'run the same command with --debug and report what it prints; a run can be continued with crossfade resume'};
}

/** The error and what caused it, innermost last. */
function stacks(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stacks(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
