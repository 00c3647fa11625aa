/** YAML that people write, checked: all that is wrong at once, each with its line and column. Called for plans and for the project's file. */
import {LineCounter, parseDocument, type Document, type YAMLError} from 'yaml';
import type * as z from 'zod';
import {planJsonSchema} from './json-schema.ts';
import type {PlanProblem} from './plan-invalid.ts';
import {lineAndColumn, offsetOf, pathText} from './plan-position.ts';
import {pathProblems, wordsFor} from './plan-problems.ts';

/** `invalid`: the error that tells the problems. */
export function readChecked<T>(
  text: string,
  file: string,
  schemaOf: (document: Document) => z.ZodType<T>,
  invalid: (problems: readonly PlanProblem[]) => Error,
): T {
  const lines = new LineCounter();
  // Without `prettyErrors`: its code frames would print the lines around a fault, and a secret may stand there.
  const document = parseDocument(text, {lineCounter: lines, prettyErrors: false});
  const faults: readonly YAMLError[] = [...document.errors, ...document.warnings];
  if (faults.length > 0) throw invalid(faults.map((fault) => syntaxProblem(fault, file, lines)));
  const value = valueOf(document, file, invalid);
  const schema = schemaOf(document);
  const parsed = schema.safeParse(value, {reportInput: true, error: wordsFor});
  if (parsed.success) return parsed.data;
  throw invalid(
    pathProblems(parsed.error.issues, planJsonSchema(schema))
      .map(({path, at, message, suggestion}) => ({
        file,
        ...lineAndColumn(lines, offsetOf(document, path, at)),
        path: pathText(path),
        message,
        ...(suggestion === undefined ? {} : {suggestion}),
      }))
      .toSorted((a, b) => a.line - b.line || a.column - b.column),
  );
}

const syntaxProblem = (fault: YAMLError, file: string, lines: LineCounter): PlanProblem => ({
  file,
  ...lineAndColumn(lines, fault.pos[0]),
  path: '',
  message: `is not valid YAML: ${fault.message.replace(/:\/\/\S*@/g, '://***@')}`,
});

/** Throws for aliases that expand without end. */
function valueOf(document: Document, file: string, invalid: (problems: readonly PlanProblem[]) => Error): unknown {
  if (document.contents === null) throw invalid([{file, line: 1, column: 1, path: '', message: 'is empty'}]);
  try {
    const value: unknown = document.toJS();
    return value;
  } catch {
    throw invalid([{file, line: 1, column: 1, path: '', message: 'uses aliases that expand too far'}]);
  }
}
