/**
 * The edge where a plan file becomes a `Plan`. Everything that is wrong is reported at once, with line and column.
 * Called by every command that takes a plan; below it nobody looks at the file again.
 */
import {readFile} from 'node:fs/promises';
import {dirname, resolve} from 'node:path';
import {LineCounter, parseDocument, type Document, type YAMLError} from 'yaml';
import {TerminalError} from '../model/errors.ts';
import {planJsonSchema} from './json-schema.ts';
import {locateFunctions, withDigests} from './function-digests.ts';
import type {DatabasePlan, PinnedPlan, Plan, SchemaPlan} from './plan.ts';
import {planChecksum} from './plan-checksum.ts';
import {PlanInvalid, type PlanProblem} from './plan-invalid.ts';
import {lineAndColumn, offsetOf, pathText} from './plan-position.ts';
import {pathProblems, wordsFor} from './plan-problems.ts';
import {planSchemaFor} from './plan-schema.ts';
import {SHIPPED, type Vocabulary} from './vocabulary.ts';

/** Throws `PlanInvalid` with all problems, or CF-PLAN-004 when there is no such file. */
export async function readPlanFile(file: string, words: Vocabulary = SHIPPED): Promise<PinnedPlan> {
  return pinPlan(await textOf(file), file, words);
}

/** The same from the file's text. */
export function pinPlan(text: string, file: string, words: Vocabulary = SHIPPED): PinnedPlan {
  const folder = dirname(resolve(file));
  const parsed = parsePlan(text, file, words);
  const plan = parsed.mapping ? {...parsed, mapping: withDigests(parsed.mapping, folder)} : parsed;
  return {plan: locate(plan, folder), file: resolve(file), checksum: planChecksum(plan)};
}

function parsePlan(text: string, file: string, words: Vocabulary): Plan {
  const lines = new LineCounter();
  // Without `prettyErrors`: its code frames would print the lines around a fault, and a secret may stand there.
  const document = parseDocument(text, {lineCounter: lines, prettyErrors: false});
  const faults: readonly YAMLError[] = [...document.errors, ...document.warnings];
  if (faults.length > 0)
    throw new PlanInvalid(
      file,
      faults.map((fault) => syntaxProblem(fault, file, lines)),
    );
  const value = valueOf(document, file);
  const schema = planSchemaFor(document.get('workflow'), words);
  const parsed = schema.safeParse(value, {reportInput: true, error: wordsFor});
  if (parsed.success) return parsed.data;
  const problems = pathProblems(parsed.error.issues, planJsonSchema(schema));
  throw new PlanInvalid(
    file,
    inFileOrder(
      problems.map((problem) => ({
        ...problem,
        file,
        path: pathText(problem.path),
        ...lineAndColumn(lines, offsetOf(document, problem.path, problem.at)),
      })),
    ),
  );
}

/** Only known fields: `at` was for finding the place. */
const inFileOrder = (problems: readonly PlanProblem[]): PlanProblem[] =>
  problems
    .map(({file, line, column, path, message, suggestion}) => ({
      file,
      line,
      column,
      path,
      message,
      ...(suggestion === undefined ? {} : {suggestion}),
    }))
    .toSorted((a, b) => a.line - b.line || a.column - b.column);

const syntaxProblem = (fault: YAMLError, file: string, lines: LineCounter): PlanProblem => ({
  file,
  ...lineAndColumn(lines, fault.pos[0]),
  path: '',
  message: `is not valid YAML: ${fault.message.replace(/:\/\/\S*@/g, '://***@')}`,
});

/** Throws for aliases that expand without end. */
function valueOf(document: Document, file: string): unknown {
  if (document.contents === null) throw new PlanInvalid(file, [{file, line: 1, column: 1, path: '', message: 'is empty'}]);
  try {
    const value: unknown = document.toJS();
    return value;
  } catch {
    throw new PlanInvalid(file, [{file, line: 1, column: 1, path: '', message: 'uses aliases that expand too far'}]);
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const next = 'name a plan file, such as plans/shop-17-to-18.yaml';
    throw new TerminalError(`there is no readable plan file ${file}`, {code: 'CF-PLAN-004', next, cause});
  }
}

/** Files named in a plan lie beside it, wherever the command is run. */
const locate = (plan: Plan, folder: string): Plan => ({
  ...plan,
  source: locateAuthority(plan.source, folder),
  target: locateAuthority(plan.target, folder),
  schema: locateSchema(plan.schema, folder),
  relay: plan.relay.kind === 'kafka' ? locateAuthority(plan.relay, folder) : plan.relay,
  ...(plan.mapping ? {mapping: locateFunctions(plan.mapping, folder)} : {}),
});

const locateSchema = (schema: SchemaPlan, folder: string): SchemaPlan =>
  schema.kind === 'files' ? {...schema, preData: resolve(folder, schema.preData), postData: resolve(folder, schema.postData)} : schema;

const locateAuthority = <T extends Pick<DatabasePlan, 'tls'>>(one: T, folder: string): T =>
  one.tls?.ca === undefined ? one : {...one, tls: {...one.tls, ca: resolve(folder, one.tls.ca)}};
