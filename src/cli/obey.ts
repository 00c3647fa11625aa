/** What operators ask for while a runner is at work takes effect here, at the next safe point. */
import type {Journal} from '../journal/journal.ts';
import {runState} from '../journal/run-state.ts';
import type {TuningOnRecord} from '../journal/tuning.ts';
import type {Tuning} from '../model/tuning.ts';
import type {Interruption} from '../runner/interruption.ts';
import type {Mirror} from '../runner/mirror.ts';
import type {SignalWatch} from '../runner/signal-watch.ts';
import type {RunParts} from './compose.ts';
import {type Asked, verifyNow} from './verify-now.ts';

export type Obeyed = {
  readonly signals: SignalWatch;
  readonly interruption: Interruption;
  readonly context: RunParts['context'];
  readonly journal: Journal;
  readonly mirror: Mirror;
  /** Makes a new pace count. */
  readonly tune: (tuning: TuningOnRecord) => void;
};

/** Without who asked, which the signal says. */
const tunedFact = ({throttle, parallel, chunkBytes, limits}: TuningOnRecord): Tuning => ({
  throttle,
  parallel,
  ...(chunkBytes === undefined ? {} : {chunkBytes}),
  ...(limits === undefined ? {} : {limits}),
});

export const obey = ({signals, interruption, context, journal, mirror, tune}: Obeyed): void => {
  interruption.onPause(async (isPaused, where) => {
    context.replication.pause(isPaused);
    await journal.append(isPaused ? {type: 'paused', where} : {type: 'resumed', where});
  });
  const cannotWrite = (): void => interruption.stop('the journal could not be written');
  const compare = async (asked: Asked): Promise<void> => {
    const verified = await verifyNow(context, asked, (fact) => journal.append(fact), interruption.signal);
    await journal.append(verified);
  };
  const retune = async (signal: number): Promise<void> => {
    const {tuning} = runState(await journal.entries());
    tune(tuning);
    await journal.append({type: 'tuned', signal, tuning: tunedFact(tuning)});
  };
  let tuning = Promise.resolve();
  signals.onSignal(({seq}, signal) => {
    mirror.flush().catch(() => undefined); // it goes with the runner's next entry, whose failure is the run's
    if (signal.type === 'pause' || signal.type === 'reject') interruption.paused = true;
    if (signal.type === 'resume') interruption.paused = false;
    if (signal.type === 'abort') interruption.abort();
    if (signal.type === 'verify') compare(signal).catch(cannotWrite);
    // One after the other, or an older reading might count last.
    if (signal.type === 'throttle' || signal.type === 'unthrottle' || signal.type === 'set')
      tuning = tuning.then(() => retune(seq)).catch(cannotWrite);
  });
};
