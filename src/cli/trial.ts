/** `crossfade trial PLAN -- TESTS`: the target as the plan leaves it, made of an anonymised clone, for the application's own tests; then it is thrown away. */
import {resolveDatabaseUrl} from '../plan/secret.ts';
import type {MadeClone} from '../rehearsal/make-clone.ts';
import type {StandIn} from '../rehearsal/stand-in.ts';
import {type Cloned, closeSides, empty, fromOriginals, withCloneFlags, withClones} from './clones.ts';
import {type Asking, failed, runOnClones} from './clone-run.ts';
import type {CommandModule, Invocation} from './command.ts';
import type {ExitCode} from './exit-codes.ts';
import {withOwnJournal} from './own-journal.ts';
import {openClones, standInOf} from './rehearse-places.ts';
import {dropTrial} from './trial-drop.ts';
import {sayTrial} from './trial-lines.ts';
import {environmentOf, runTests, type Tested} from './trial-tests.ts';

export const command: CommandModule = {
  configure: (command) =>
    void withCloneFlags(command)
      .argument(
        '[tests...]',
        'after --: the program that tests; it finds the target in DATABASE_URL. Without one the target stays until --drop',
      )
      .option('--keep', 'leave the target as the tests left it; it is emptied otherwise')
      .option('--drop', 'empty the places of an earlier trial, also of one that was killed, and make nothing')
      .option('--dry-run', 'show what would become of each column, and make nothing; with --drop, what would be emptied'),
  run: async (invocation) => {
    const {options} = invocation;
    if (options['drop'] === true) return dropTrial(invocation);
    const made = await fromOriginals(invocation, (cloned) => makeTarget(cloned, invocation));
    // The real databases are closed by now: tests may take as long as they like.
    return typeof made === 'number' ? made : tryOut(made, invocation);
  },
};

export type Trial = Pick<Cloned, 'pinned' | 'effects' | 'extent'> & {readonly standIn: StandIn; readonly made: MadeClone};

async function makeTarget(cloned: Cloned, invocation: Invocation): Promise<Trial> {
  const {pinned, effects, extent, timeoutMs} = cloned;
  const {output, global} = invocation;
  const standIn = straightAway(standInOf(pinned.plan, invocation.options));
  return withClones(cloned, standIn, 'trial', invocation, async (clones, made) => {
    const where = {folder: cloned.folder, effects, on: {environment: null}, keep: false};
    await withOwnJournal(where, {...pinned, plan: standIn.plan}, invocation, (own) =>
      runOnClones({...own, pinned, standIn, effects, output, global, timeoutMs}, 'the trial', toTheEnd),
    );
    await empty(clones.source, 'trial');
    return {pinned, effects, extent, standIn, made};
  });
}

/** Nobody is waited for, and nobody goes back: the target is looked at as it is for good. */
const straightAway = ({plan, leftOut}: StandIn): StandIn => ({
  plan: {...plan, cutover: {...plan.cutover, start: 'auto'}, reverse: {...plan.reverse, windowMs: 0}},
  leftOut,
});

async function toTheEnd(run: Asking): Promise<void> {
  let state = await run.next();
  for (; !state.isFinal; state = await run.next()) if (state.waitingFor?.kind === 'window') await run.send({type: 'complete'});
  if (state.phase === 'aborted') throw failed('the run was aborted');
}

async function tryOut(trial: Trial, invocation: Invocation): Promise<ExitCode> {
  const program = invocation.args[1] as readonly string[];
  if (program.length === 0) return sayTrial(trial, {tests: undefined, isEmptied: false}, invocation);
  const isEmptied = invocation.options['keep'] !== true;
  let tests: Tested;
  try {
    tests = await test(trial, program, invocation);
  } finally {
    if (isEmptied) await emptyTarget(trial);
  }
  return sayTrial(trial, {tests, isEmptied}, invocation);
}

async function test({pinned: {plan}, standIn, effects}: Trial, program: readonly string[], {output}: Invocation): Promise<Tested> {
  const address = (await resolveDatabaseUrl(standIn.plan.target.url)).reveal();
  output.say(`testing with ${program[0]} …`);
  await effects.point('process.spawn', `tests ${program[0]}`);
  return runTests(program, environmentOf(address, [plan.source, plan.target], process.env), output.isJson);
}

async function emptyTarget({standIn, effects}: Trial): Promise<void> {
  const clones = await openClones(standIn.plan, effects);
  try {
    await empty(clones.target, 'trial');
  } finally {
    await closeSides(clones);
  }
}
