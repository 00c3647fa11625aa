/** The watchdog's loop over one attempt. It decides by the row in the closing side's database and by nothing else. */
import type {Database} from '../engine/engine.ts';
import type {Failover} from '../failover/failover.ts';
import {decideWatchdog, type WatchdogAction} from '../model/cutover-decision.ts';
import type {Effects} from '../model/effects.ts';
import type {Side} from '../model/side.ts';
import type {TrafficSwitch} from '../switch/traffic-switch.ts';
import {FailoverCare} from './failover-care.ts';
import {HoldDeadline} from './hold-deadline.ts';
import {errorText} from '../model/errors.ts';

/** Between two looks at the row. */
const LOOK_MS = 100;
/** A watchdog that reaches no database any more can do nothing for anybody. */
const BLIND_MS_MAX = 120_000;

export type Watch = {
  readonly epoch: number;
  readonly attempt: number;
  readonly armMs: number;
  readonly holdMs: number;
  readonly closing: Database;
  readonly opening: Database;
  readonly closingSide: Side;
  readonly openingSide: Side;
  readonly switches: readonly TrafficSwitch[];
  /** Undefined where the plan names nobody. */
  readonly failover: Failover | undefined;
  readonly effects: Effects;
  /** One line for whoever reads the watchdog's log. */
  readonly note: (text: string) => void;
};

/** Ends when a newer runner is in charge or the run is final. */
export const watchAttempt = async (watch: Watch): Promise<void> => {
  const {clock} = watch.effects;
  const deadline = new HoldDeadline(clock, watch);
  const care = new FailoverCare(watch.failover, clock);
  let told: string | undefined;
  for (let seen = clock.monotonicMs(); ; await clock.sleep(LOOK_MS)) {
    try {
      const action = await look(watch, deadline);
      seen = clock.monotonicMs();
      if (action === 'leave') return;
      await act(watch, action, care);
    } catch (error) {
      if (await isRemoved(watch.closing)) return;
      const trouble = errorText(error);
      if (trouble !== told) watch.note(`could not look: ${trouble}`);
      told = trouble;
      if (clock.monotonicMs() - seen > BLIND_MS_MAX) throw error;
    }
  }
};

/** An abort has taken our schema away, and with it whatever an attempt could hold. False where the database cannot be asked. */
const isRemoved = (closing: Database): Promise<boolean> =>
  closing.control.isInstalled().then(
    (isThere) => !isThere,
    () => false,
  );

const look = async ({closing, attempt, epoch}: Watch, deadline: HoldDeadline): Promise<WatchdogAction> => {
  const [rows, epochOnServer, final] = await Promise.all([closing.fence.rows(), closing.control.epoch(), closing.control.isFinished()]);
  const row = rows.find((one) => one.epoch === attempt);
  return decideWatchdog({row, deadlinePassed: deadline.hasPassed(row), epochOnServer, myEpoch: epoch, final});
};

const act = async (watch: Watch, action: WatchdogAction, care: FailoverCare): Promise<void> => {
  const {closing, opening, attempt, epoch, closingSide, openingSide, switches, effects} = watch;
  if (action === 'wait' || action === 'leave') return;
  await effects.point('watchdog.action', `${action} ${attempt}`);
  if (action === 'release' || action === 'insert-tombstone') {
    watch.note(`${action}: ${await closing.fence.release(attempt)}`);
  } else if (action === 'undo') {
    await Promise.all(switches.map((one) => resumeHeld(one, attempt, closingSide)));
    await care.resume(attempt);
  } else {
    await care.requirePrimaries();
    await opening.fence.open(epoch);
    await Promise.all(switches.map((one) => routeAstray(one, attempt, openingSide)));
    await care.resume(attempt);
  }
};

/** Undo only RESUMEs, it never writes a route (K6), and leaves alone what is not held. */
const resumeHeld = async (one: TrafficSwitch, epoch: number, side: Side): Promise<void> => {
  if ((await one.observe()).held) await one.resume({epoch, side});
};

const routeAstray = async (one: TrafficSwitch, epoch: number, side: Side): Promise<void> => {
  const seen = await one.observe();
  if (seen.side !== side || seen.held) await one.route({epoch, side});
};
