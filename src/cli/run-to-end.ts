/** One runner from lease to goodbye, with the signals of the operating system and of the operators. */
import {hostname} from 'node:os';
import type {Journal, JournalFact, JournalStore} from '../journal/journal.ts';
import {runState} from '../journal/run-state.ts';
import {signalWords} from '../journal/signal-words.ts';
import type {Effects} from '../model/effects.ts';
import type {PinnedPlan, Plan} from '../plan/plan.ts';
import type {VetoEvent} from '../model/hook.ts';
import {tellCopied} from '../pipeline/copier.ts';
import {Interruption} from '../runner/interruption.ts';
import {takeLease} from '../runner/lease.ts';
import {Mirror} from '../runner/mirror.ts';
import {Runner} from '../runner/runner.ts';
import {SignalWatch} from '../runner/signal-watch.ts';
import {watchWaits} from '../runner/wait-watch.ts';
import {statusLine} from '../telemetry/status-report.ts';
import {OperatorThrottle} from '../throttle/operator-throttle.ts';
import type {ControlSocket} from '../server/control-socket.ts';
import {composeRun, openSides, refOf} from './compose.ts';
import {openHooks} from './compose-hooks.ts';
import {measuredThrottle} from './compose-throttles.ts';
import {controlPath, openControl, type Controlled} from './control.ts';
import {currentPerson} from './actor.ts';
import type {ExitCode} from './exit-codes.ts';
import {obey} from './obey.ts';
import {loggedJournal} from './logged-journal.ts';
import type {GlobalOptions} from './command.ts';
import type {Output} from './output.ts';
import {Patience, type PatienceFlags} from './patience.ts';
import {handleProcessSignals} from './process-signals.ts';
import {progressTelemetry, type ProgressTelemetry} from './progress.ts';
import {refuseRehearsal} from './pinned-plan.ts';
import {reportEnd} from './run-end.ts';
import {runnerLog} from './runner-log.ts';
import {setWords, tuningWords} from './tuning-words.ts';
import {whyNotDone} from './why-not-done.ts';
import {errorText} from '../model/errors.ts';

export type RunRequest = {
  readonly store: JournalStore;
  readonly journal: Journal;
  readonly pinned: PinnedPlan;
  /** What is carried out in the place of the plan: the same one with other addresses, when it is rehearsed. */
  readonly standIn?: Plan;
  /** Ends the run at the next safe point. */
  readonly stop?: AbortSignal;
  readonly effects: Effects;
  readonly output: Output;
  /** When to leave before the end; never, unless the flags say so. */
  readonly patience: PatienceFlags;
  readonly global: Pick<GlobalOptions, 'state' | 'logFile' | 'logLevel' | 'verbose'>;
};

export const runToEnd = async ({
  store,
  journal: kept,
  effects,
  output,
  patience: flags,
  global,
  ...request
}: RunRequest): Promise<ExitCode> => {
  const pinned = request.standIn ? {...request.pinned, plan: request.standIn} : request.pinned;
  if (!request.standIn) refuseRehearsal(runState(await kept.entries()));
  const migration = refOf(kept.migration, pinned.plan.name);
  const log = await runnerLog(global, migration.short, runState(await kept.entries()), effects.clock, output);
  const journal = loggedJournal(kept, log);
  const sides = await openSides(pinned.plan, migration, effects);
  const interruption = new Interruption();
  request.stop?.addEventListener('abort', () => interruption.stop(String(request.stop?.reason)), {once: true});
  const signals = new SignalWatch(journal, effects.clock, (await journal.entries()).at(-1)?.seq ?? 0);
  const startedMs = effects.clock.monotonicMs();
  signals.onSignal(({seq}, signal) => log.write('info', signalWords(signal), {fact: 'signal', seq}));
  const telemetry = progressTelemetry(
    output,
    effects.clock,
    (report) => store.keepReport(journal.migration, report),
    (text) => log.write('info', text),
  );
  const state = async () => runState(await journal.entries());
  const tellStatus = async (): Promise<void> => {
    telemetry.printStatus();
    telemetry.note(whyNotDone(await state(), true, effects.clock.now(), await store.report(journal.migration)).cause);
  };
  const processSignals = handleProcessSignals(interruption, telemetry, () => void tellStatus().catch(() => undefined)); // an unreadable journal ends the run elsewhere
  const patience = new Patience(flags, effects.clock, interruption);
  const status = (): string => statusLine({gauges: telemetry.read(), elapsedMs: effects.clock.monotonicMs() - startedMs});
  const hooks = openHooks(pinned.plan, journal, effects, {status, stopped: () => telemetry.stopped, warn: telemetry.note});
  let control: ControlSocket | undefined;
  let watched: Promise<void> | undefined;
  try {
    const holder = `${currentPerson().name}@${hostname()}`;
    const {epoch} = await takeLease(sides.source, sides.target, migration.id, `${holder}, pid ${process.pid}`);
    const mirror = await Mirror.open(journal, [sides.source, sides.target], epoch);
    telemetry.note(`run ${migration.short} of ${pinned.plan.name}, epoch ${epoch}`);
    const {tuning, isPauseRequested, isAbortRequested, paused} = await state();
    const operator = new OperatorThrottle(tuning);
    const measured = measuredThrottle(pinned.plan, migration, sides, effects, telemetry);
    const parts = composeRun(
      ...([pinned, migration, sides, epoch, effects, telemetry] as const),
      [process.execPath, process.argv[1] ?? '', 'watchdog'],
      operator,
      measured,
    );
    const tune = (now: typeof tuning): void => void (operator.tuning = measured.tuning = telemetry.tuning = now);
    tune(tuning);
    control = await listen(controlPath(global.state, migration.short), {journal, state: global.state}, telemetry);
    if (tuning.throttledBy || setWords(tuning).length > 0) telemetry.note(`as set before: ${tuningWords(tuning)}`);
    const {verification, reads} = parts.context;
    obey({signals, interruption, context: parts.context, journal, mirror, tune});
    interruption.paused = isPauseRequested;
    // Its runner was killed in it, and nobody could write down the end.
    if (paused && !isPauseRequested) await journal.append({type: 'resumed', where: paused.where});
    if (isAbortRequested) interruption.abort(); // asked for while no runner was at work, or while one was undoing
    const onWait = (phase: string, red: Parameters<Patience['waits']>[1]): void =>
      red.length > 0 ? patience.waits(phase, red) : void unlessAnswered(() => patience.waits(phase, red)).catch(() => undefined); // a journal that cannot be read ends the run by itself
    /** A signal that was recorded while nobody was at work is heard in a moment. */
    const unlessAnswered = async (leave: () => void): Promise<void> => ((await state()).waitingFor ? leave() : undefined);
    const keep = async (fact: JournalFact): Promise<void> =>
      void (await journal.append(fact).catch(() => interruption.stop('the journal could not be written')));
    verification.start(keep, interruption.signal);
    reads.start(keep, interruption.signal);
    parts.guardian.start(interruption.signal);
    hooks.start();
    tellCopied(telemetry, await sides.target.target.chunks());
    const looking = new AbortController();
    watched = measured.watch(AbortSignal.any([interruption.signal, looking.signal]));
    void watchWaits({...parts.context, engines: sides.engines}, AbortSignal.any([interruption.signal, looking.signal]));
    /** A stream that only watches meets no error when the sides are closed, so a failed run would never leave. */
    const stopBackground = (): void => {
      looking.abort();
      verification.stop();
      reads.stop();
      parts.guardian.stop();
      void parts.context.replication.close();
    };
    const askHooks = (event: VetoEvent, moment: string) => hooks.ask(event, moment);
    const person = {holder: currentPerson().name, host: hostname()};
    const end = await new Runner({...parts, ...person, journal, mirror, signals, interruption, onWait, askHooks})
      .run()
      .finally(stopBackground);
    await parts.context.replication.close();
    return await reportEnd({end, state: await state(), left: patience.left, exitCode: processSignals.exitCode, sides, migration, output});
  } finally {
    await control?.close();
    await watched;
    signals.close();
    await hooks.close();
    await telemetry.close();
    await Promise.all([sides.source.close(), sides.target.close()]);
    processSignals.forget();
  }
};

/** Under the lease: whoever listens there is the runner. Without a socket the run goes on, and obeys the journal as always. */
const listen = async (path: string, controlled: Controlled, telemetry: ProgressTelemetry): Promise<ControlSocket | undefined> => {
  try {
    const control = await openControl(path, controlled);
    telemetry.control = path;
    telemetry.note(`listening at ${path}: help lists the words`);
    return control;
  } catch (error) {
    telemetry.note(`no control socket (${errorText(error)}); crossfade set, pause and throttle work without`);
    return undefined;
  }
};
