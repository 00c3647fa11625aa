/** What is wrong in a plan file, all of it at once, each with its place. */
import {TerminalError} from '../model/errors.ts';

export type PlanProblem = {
  /** As the person wrote it on the command line. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** `gates.cutover[0].replication-lag.max`; empty for the whole file. */
  readonly path: string;
  readonly message: string;
  /** The known word that was most likely meant. */
  readonly suggestion?: string;
};

export class PlanInvalid extends TerminalError {
  readonly problems: readonly PlanProblem[];
  constructor(file: string, problems: readonly PlanProblem[]) {
    const title = `${file} is not a valid plan: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`;
    super([title, ...problems.map(problemLine)].join('\n'), {
      code: 'CF-PLAN-001',
      next: `correct the file, then run crossfade validate ${file}`,
    });
    this.problems = problems;
  }
}

/** `shop.yaml:12:5 cutover.strt: is not a known key; did you mean start?` Editors turn the start into a link. */
export function problemLine({file, line, column, path, message, suggestion}: PlanProblem): string {
  const meant = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
  return `${file}:${line}:${column} ${path === '' ? '' : `${path}: `}${message}${meant}`;
}
