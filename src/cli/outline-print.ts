/** An outline for people: words, locks, and SQL that can be pasted as it stands. */
import type {Lock, Statement} from '../engine/engine.ts';
import type {Outline, OutlinePhase, OutlineStep} from './outline.ts';
import type {Output} from './output.ts';

export const printOutline = ({start, phases, abort, isInPlace}: Outline, output: Output, withSql: boolean): void => {
  const told = new Map<string, string>();
  const show = (phase: OutlinePhase): void => printSteps(phase, output, withSql ? (step) => onceOnly(step, told, isInPlace) : () => []);
  show({phase: 'whenever a runner begins', steps: start});
  for (const phase of phases) show(phase);
  show({phase: isInPlace ? 'abort, before contract' : 'abort, before the cutover is decided', steps: abort});
};

const printSteps = ({phase, gates, steps}: OutlinePhase, output: Output, sqlOf: (step: OutlineStep) => readonly string[]): void => {
  output.data(output.paint.bold(phase));
  for (const {name, limits} of gates ?? []) output.data(`  gate ${name}: ${limits}`);
  for (const step of steps) {
    output.data(`  ${step.name}: ${step.what}${step.when ? `, when ${step.when}` : ''}`);
    if (step.locks) output.data(`    [locks: ${step.locks}]`);
    for (const [name, value] of Object.entries(step.settings ?? {})) output.data(`      ${name} = ${value}`);
    for (const line of sqlOf(step)) output.data(line === '' ? '' : `      ${line}`);
  }
};

/** `told`: the SQL of steps that were shown, and their names; what stands there is not shown twice. */
const onceOnly = (step: OutlineStep, told: Map<string, string>, isInPlace?: true): readonly string[] => {
  const lines = sqlLines(step, isInPlace);
  const known = told.get(lines.join('\n'));
  if (known !== undefined) return [`-- as ${known} above`];
  if (lines.length) told.set(lines.join('\n'), step.name);
  return lines;
};

/** Everything that is no SQL is a comment; what is as it was a statement before is not said again. */
export const sqlLines = ({statements}: OutlineStep, isInPlace?: true): string[] => {
  const blocks = blocksOf(statements);
  return blocks.flatMap((block, i) => {
    const [next, last] = [blocks[i + 1], blocks[i - 1]];
    if (last && isAlike(last, block)) return []; // shown with the one before
    const where = next && isAlike(block, next) ? 'both sides, each' : `the ${block[0]?.side ?? ''}`;
    return [isInPlace ? '-- in the database' : `-- on ${where}`, ...oneBlock(block)];
  });
};

/** Statements in a row that go to the same side. */
const blocksOf = (statements: readonly Statement[]): Statement[][] => {
  const blocks: Statement[][] = [];
  for (const statement of statements) {
    const last = blocks.at(-1);
    if (last?.[0]?.side === statement.side) last.push(statement);
    else blocks.push([statement]);
  }
  return blocks;
};

const isAlike = (a: readonly Statement[], b: readonly Statement[]): boolean => oneBlock(a).join('\n') === oneBlock(b).join('\n');

const oneBlock = (statements: readonly Statement[]): string[] =>
  statements.flatMap((statement, i) => {
    const said = commentsOf(statements[i - 1]);
    const isSure = statement.when === undefined && statements[i - 1]?.when !== undefined;
    const comments = [...commentsOf(statement)].filter((line) => !said.has(line));
    return [
      ...(isSure ? ['-- always:'] : []),
      ...comments,
      ...(/;\s*$/.test(statement.sql) ? statement.sql : `${statement.sql};`).split('\n'),
    ];
  });

const commentsOf = (statement: Statement | undefined): ReadonlySet<string> =>
  new Set(
    statement && [
      ...(statement.when === undefined ? [] : [`-- when ${statement.when}:`]),
      ...statement.locks.map((lock) => `-- ${lockWords(lock)}`),
      ...(statement.undo === undefined ? [] : [`-- undone by: ${statement.undo.replaceAll(/\s+/g, ' ')}`]),
    ],
  );

const lockWords = ({mode, on, waitsFor, waitMsMax, heldUntil}: Lock): string => {
  const limit = waitMsMax === undefined ? 'waits' : `waits ${waitMsMax} ms at most`;
  return mode === 'none' ? `${limit} for ${waitsFor}` : `${mode} on ${on.join(', ')} until ${heldUntil}; ${limit} for ${waitsFor}`;
};
