/** One runner from lease to goodbye, with the signals of the operating system and of the operators. */
import {hostname} from 'node:os';
import type {Journal, JournalStore} from '../journal/journal.ts';
import {runState} from '../journal/run-state.ts';
import type {Effects} from '../model/effects.ts';
import type {MigrationRef} from '../engine/engine.ts';
import type {PinnedPlan} from '../plan/plan.ts';
import {Interruption} from '../runner/interruption.ts';
import {takeLease} from '../runner/lease.ts';
import {Runner, type RunEnd} from '../runner/runner.ts';
import {SignalWatch} from '../runner/signal-watch.ts';
import {composeRun, openSides, refOf, type RunParts} from './compose.ts';
import {currentPerson} from './actor.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import type {Output} from './output.ts';
import {handleProcessSignals} from './process-signals.ts';
import {progressTelemetry} from './progress.ts';
import {verifyNow} from './verify-now.ts';

export type RunRequest = {
  readonly store: JournalStore;
  readonly journal: Journal;
  readonly pinned: PinnedPlan;
  readonly effects: Effects;
  readonly output: Output;
};

export const runToEnd = async ({store, journal, pinned, effects, output}: RunRequest): Promise<ExitCode> => {
  const migration = refOf(journal.migration, pinned.plan.name);
  const sides = await openSides(pinned.plan, migration, effects);
  const interruption = new Interruption();
  const signals = new SignalWatch(journal, effects.clock, (await journal.entries()).at(-1)?.seq ?? 0);
  const telemetry = progressTelemetry(output, effects.clock, (report) => store.keepReport(journal.migration, report));
  const forgetSignals = handleProcessSignals(interruption, telemetry);
  try {
    const holder = `${currentPerson().name}@${hostname()}`;
    const {epoch} = await takeLease(sides.source, sides.target, migration.id, `${holder}, pid ${process.pid}`);
    telemetry.note(`run ${migration.short} of ${pinned.plan.name}, epoch ${epoch}`);
    const parts = composeRun(pinned, migration, sides, epoch, effects, telemetry, [process.execPath, process.argv[1] ?? '', 'watchdog']);
    obey(signals, interruption, parts.context, journal);
    const {isPauseRequested, isAbortRequested} = runState(await journal.entries());
    interruption.paused = isPauseRequested;
    if (isAbortRequested) interruption.abort(); // asked for while no runner was at work, or while one was undoing
    const end = await new Runner({...parts, journal, signals, interruption, holder: currentPerson().name, host: hostname()}).run();
    await parts.context.replication.close();
    return finish(end, output, migration);
  } finally {
    forgetSignals();
    signals.close();
    await telemetry.close();
    await Promise.all([sides.source.close(), sides.target.close()]);
  }
};

/** What operators ask for takes effect here, at the next safe point. */
const obey = (signals: SignalWatch, interruption: Interruption, context: RunParts['context'], journal: Journal): void => {
  interruption.onPause(async (isPaused, where) => {
    context.replication.pause(isPaused);
    await journal.append(isPaused ? {type: 'paused', where} : {type: 'resumed', where});
  });
  signals.onSignal((_entry, signal) => {
    if (signal.type === 'pause' || signal.type === 'reject') interruption.paused = true;
    if (signal.type === 'resume') interruption.paused = false;
    if (signal.type === 'abort') interruption.abort();
    if (signal.type === 'verify') void compare(signal.repair);
  });
  const compare = async (repair: boolean): Promise<void> => {
    const verified = await verifyNow(context, repair, interruption.signal);
    await journal.append(verified).catch(() => interruption.stop('the journal could not be written'));
  };
};

const finish = (end: RunEnd, output: Output, migration: MigrationRef): ExitCode => {
  if (output.isJson) output.document({id: migration.id, name: migration.name, status: end.status, phase: end.phase});
  else output.data(`${migration.name}: ${end.status}${end.status === 'paused' ? ` in ${end.phase}` : ''}`);
  if (end.status === 'paused') output.say('Next: crossfade resume');
  if (end.status === 'aborted') return EXIT.calledOff;
  return end.status === 'completed' ? EXIT.done : EXIT.terminated;
};
