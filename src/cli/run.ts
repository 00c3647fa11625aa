/** `crossfade run PLAN`: the runner, in the foreground, until the end. The same plan again goes on where it was. */
import type {Actor, Journal, JournalStore, MigrationSummary} from '../journal/journal.ts';
import {TerminalError} from '../model/errors.ts';
import type {RehearsedOn} from '../model/rehearsal-record.ts';
import type {PinnedPlan} from '../plan/plan.ts';
import type {CommandModule} from './command.ts';
import {EXIT} from './exit-codes.ts';
import {patienceOf, withPatience} from './patience.ts';
import {planArgument} from './plan-argument.ts';

export const command: CommandModule = {
  configure: (command) =>
    void withPatience(command.argument('<file>', 'the plan, or - for stdin')).option(
      '--dry-run',
      'print what would be done, and do nothing',
    ),
  run: async (invocation) => {
    const patience = patienceOf(invocation.options);
    if (invocation.options['dryRun']) return (await import('./plan.ts')).command.run(invocation);
    const pinned = await planArgument(invocation);
    const {effectsOf} = await import('../runner/system-effects.ts');
    const {openStateStore} = await import('../journal/state-store.ts');
    const effects = await effectsOf(process.env);
    const store = await openStateStore(invocation.global.state, effects);
    try {
      const {mayBegin} = await import('./run-question.ts');
      const journal = await findOrCreate(store, pinned, effects.randomId(), invocation.person, () => mayBegin(pinned, invocation));
      if (!journal) return EXIT.done;
      const {runToEnd} = await import('./run-to-end.ts');
      return await runToEnd({store, journal, pinned, effects, output: invocation.output, patience, global: invocation.global});
    } finally {
      await store.close();
    }
  },
};

/** An unfinished migration of that name goes on, if its plan is still the one that was pinned. Undefined where `mayBegin` says no to a new one. */
const findOrCreate = async (
  store: JournalStore,
  pinned: PinnedPlan,
  id: string,
  person: Actor,
  mayBegin: () => Promise<boolean>,
): Promise<Journal | undefined> => {
  const {runState} = await import('../journal/run-state.ts');
  const {planDiff} = await import('../plan/plan-diff.ts');
  const sameName = (await store.migrations()).filter((one: MigrationSummary) => one.name === pinned.plan.name);
  for (const {id: known} of sameName) {
    const journal = await store.open(known);
    const entries = await journal.entries();
    if (!entries.length) return begin(journal, pinned); // created, and killed before its first entry
    const state = runState(entries);
    if (state.isFinal) continue;
    (await import('./role-guard.ts')).requireRole('run', state, person);
    if (state.plan.checksum === pinned.checksum) return journal;
    if (!state.runner && state.plan.workflow === pinned.plan.workflow) return pinAgain(journal, state.plan.content, pinned);
    throw new TerminalError(
      `the plan ${pinned.plan.name} was changed while its migration is running:\n${planDiff(state.plan.content, pinned.plan)}`,
      {code: 'CF-PLAN-002', next: 'restore the file, or start the changed plan under another name'},
    );
  }
  return (await mayBegin()) ? begin(await store.create(id, pinned.plan.name), pinned) : undefined;
};

/** No runner has got as far as its lease, so nothing rests on the first version: a wrong address is simply corrected. */
const pinAgain = async (journal: Journal, before: unknown, {plan, file, checksum}: PinnedPlan): Promise<Journal> => {
  const {planDiff} = await import('../plan/plan-diff.ts');
  await journal.append({
    type: 'plan-amended',
    checksum,
    planFile: file,
    plan,
    diff: planDiff(before, plan),
    reason: 'corrected before any runner had started',
  });
  return journal;
};

/** The first entry. `rehearsal`: where it is carried out, when that is not where the plan says. */
export const begin = async (journal: Journal, {plan, file, checksum}: PinnedPlan, rehearsal?: RehearsedOn): Promise<Journal> => {
  const {crossfadeVersion} = await import('./version.ts');
  await journal.append({
    type: 'migration-created',
    name: plan.name,
    planFile: file,
    planChecksum: checksum,
    plan,
    workflow: plan.workflow,
    version: crossfadeVersion(),
    ...(rehearsal ? {rehearsal} : {}),
  });
  return journal;
};
