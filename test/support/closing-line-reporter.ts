/**
 * Ends every run with one line of its own, `N passed, N failed` and the skips if there are any, and before it names
 * what failed, a line each (a log that is cut shows them still), and the servers that could not be had, each with the
 * command that provides it.
 */
import type {Reporter, TestModule} from 'vitest/node';
import {misses} from './server-folder.ts';

const MESSAGE_LENGTH_MAX = 200;

export default class ClosingLineReporter implements Reporter {
  #line = '0 passed, 1 failed';

  onInit(): void {
    // At the very end of the process, after everything the other reporters and the teardown say.
    process.once('exit', () => process.stdout.write(`${this.#line}\n`));
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    for (const line of [...missLines(), ...modules.flatMap(failureLines)]) process.stdout.write(`${line}\n`);
    this.#line = closingLine(count(modules), unhandledErrors.length);
  }
}

export type Counts = {readonly passed: number; readonly failed: number; readonly skipped: number};

/** An error outside of any test counts as one failed test: a run that had one is not clean. */
export const closingLine = ({passed, failed, skipped}: Counts, outside = 0): string =>
  `${passed} passed, ${failed + outside} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

/** A file that could not be loaded has no tests, but it failed. */
function count(modules: readonly TestModule[]): Counts {
  const counts = {passed: 0, failed: 0, skipped: 0};
  for (const module of modules) {
    for (const test of module.children.allTests()) counts[stateOf(test.result().state)] += 1;
    const suites = [module, ...module.children.allSuites()];
    counts.failed += suites.filter((suite) => suite.errors().length > 0).length;
  }
  return counts;
}

function failureLines(module: TestModule): string[] {
  const suites = [module, ...module.children.allSuites()].filter((suite) => suite.errors().length > 0);
  const tests = [...module.children.allTests('failed'), ...module.children.allTests('pending')];
  return [
    ...suites.map((suite) => failureLine(module.relativeModuleId, suite.errors()[0]?.message)),
    ...tests.map((test) => failureLine(`${module.relativeModuleId} > ${test.fullName}`, test.result().errors?.[0]?.message)),
  ];
}

/** One line, whatever the message is. */
export const failureLine = (where: string, message = 'it did not come to its end'): string =>
  `failed: ${where}: ${(message.split('\n')[0] ?? '').slice(0, MESSAGE_LENGTH_MAX)}`;

/** A test that never came to an end, for instance because its process died, failed. */
const stateOf = (state: 'passed' | 'failed' | 'skipped' | 'pending'): keyof Counts => (state === 'pending' ? 'failed' : state);

function missLines(): string[] {
  const seen = new Map(misses().map((miss) => [miss.server, miss]));
  return [...seen.values()].flatMap(({server, command, reasons}) => [
    `not tested against ${server}. Provide it with: ${command}`,
    ...reasons.map((reason) => `    ${reason}`),
  ]);
}
