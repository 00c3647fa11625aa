/** Who uses what contract takes away: asked when the new shape may be read, and once more before the old one goes. */
import type {Users} from '../engine/engine.ts';
import {TerminalError} from '../model/errors.ts';
import {takesAway} from '../model/planned-operation.ts';
import type {PhaseContext} from './phase.ts';

/** Between two looks at how often statements were sent: what nobody sends for so long is not in use by a busy application. */
const WATCH_MS = 10_000;

type UsersOf = Users & {readonly name: string};

export const usersOfOldShape = async (context: PhaseContext): Promise<UsersOf[]> => {
  const found: UsersOf[] = [];
  for (const {name, users} of context.operations.filter(({planned}) => takesAway(planned))) {
    const step = `look-for-users ${name}`;
    found.push({
      name,
      ...(await context.steps.each(
        step,
        () => users(context.source),
        ({objects}) => ({objects}),
      )),
    });
  }
  return found;
};

/** Statements are on record for ever: only those that go on being sent are in the way. */
export const refuseIfUsed = async (context: PhaseContext): Promise<void> => {
  const before = await usersOfOldShape(context);
  const objects = before.flatMap((one) => one.objects.map((object) => `${one.name}: ${object}`));
  if (objects.length) throw stillUsed(objects);
  if (!before.some(({statements}) => statements.length)) return;
  context.telemetry.note('watching whether statements of the old shape are still sent');
  await context.clock.sleep(WATCH_MS, context.signal);
  context.signal.throwIfAborted();
  const sent = (await usersOfOldShape(context)).flatMap(({name, statements}) => grown(before, name, statements));
  if (sent.length) throw stillUsed(sent);
};

const grown = (before: readonly UsersOf[], name: string, statements: Users['statements']): string[] => {
  const known = new Map(before.find((one) => one.name === name)?.statements.map(({text, calls}) => [text, calls]));
  return statements
    .filter(({text, calls}) => calls > (known.get(text) ?? 0n))
    .map(({text, calls}) => `${name}: sent ${calls - (known.get(text) ?? 0n)} times in ${WATCH_MS / 1000} s: ${text}`);
};

const stillUsed = (found: readonly string[]): TerminalError =>
  new TerminalError(`what is to go is still used:\n  ${found.join('\n  ')}`, {
    code: 'CF-DDL-003',
    next: 'move or drop them, deploy the version that uses the new shape everywhere, then crossfade resume',
  });
