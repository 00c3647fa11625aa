/** What `--wait` waits for: the first entry that shows what became of a signal. Pure; time is the caller's. */
import type {Entry, Signal} from '../journal/journal.ts';
import {isOf, recorded} from '../journal/recorded.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {tuningWords} from './tuning-words.ts';
import type {Verb} from './verb-guard.ts';

export type SignalEffect = {readonly text: string; readonly code: ExitCode};

/** `since` are the entries after the signal's own, `seq`; undefined while nothing has come of it. */
export function signalEffect(signal: Signal & {readonly type: Verb}, since: readonly Entry[], seq: number): SignalEffect | undefined {
  return refused(since, seq) ?? EFFECTS[signal.type](since, 'gate' in signal ? signal.gate : '') ?? ended(since);
}

function refused(since: readonly Entry[], seq: number): SignalEffect | undefined {
  const answer = recorded(since, 'signal-refused').find(({fact}) => fact.seq === seq)?.fact;
  return answer && {text: `refused: ${answer.reason} (${answer.code})`, code: EXIT.usage};
}

/** The signal's own answer, or one that came of a later signal. */
const tuned: Look = (since) => {
  const {tuning} = recorded(since, 'tuned').find(({fact}) => fact.signal >= (since[0]?.seq ?? 0) - 1)?.fact ?? {};
  return tuning && done(`in force: ${tuningWords(tuning)}`);
};

type Look = (since: readonly Entry[], gate: string) => SignalEffect | undefined;

const EFFECTS: Record<Verb, Look> = {
  pause: (since) => (recorded(since, 'paused').length > 0 ? done(`paused ${recorded(since, 'paused')[0]?.fact.where ?? ''}`) : undefined),
  reject: (since) => (recorded(since, 'paused').length > 0 ? done('rejected; the run is paused') : undefined),
  approve: (since, gate) => measured(since, gate),
  cutover: (since) =>
    phaseEnd(since, 'cutover', 'the target serves', {text: 'the attempt was called off; the source serves', code: EXIT.calledOff}),
  reverse: (since) =>
    phaseEnd(since, 'reverse-cutover', 'the source serves again', {text: 'the attempt was called off; the target serves', code: EXIT.noGo}),
  complete: (since) =>
    phaseEnd(since, 'decommission', 'complete: the target serves for good', {text: 'could not be completed', code: EXIT.failed}),
  throttle: tuned,
  unthrottle: tuned,
  set: tuned,
  abort: (since) => (endOf(since, 'abort') ? done('aborted; the source serves as before') : undefined),
};

function measured(since: readonly Entry[], gate: string): SignalEffect | undefined {
  const verdict = recorded(since, 'gate-verdict').find(({fact}) => fact.verdict.gate === gate)?.fact.verdict;
  if (verdict)
    return verdict.go
      ? done(`${gate} is green: ${verdict.evidence}`)
      : {text: `${gate} is still red: ${verdict.evidence}`, code: EXIT.waitsForPeople};
  return recorded(since, 'gates-passed').length > 0 ? done('every gate is green') : undefined;
}

function phaseEnd(since: readonly Entry[], phase: string, ahead: string, otherwise: SignalEffect): SignalEffect | undefined {
  const end = recorded(since, 'phase-ended').find(({fact}) => fact.phase === phase);
  if (end === undefined) return undefined;
  return end.fact.outcome === 'done' ? done(ahead) : otherwise;
}

/** Whatever was asked for: a run that stops or fails first does not get there by itself. */
function ended(since: readonly Entry[]): SignalEffect | undefined {
  const last = since.find((entry) => isOf(entry, 'failed') || isOf(entry, 'runner-stopped'));
  if (last === undefined) return undefined;
  if (isOf(last, 'failed')) return {text: `the run failed first: ${last.fact.error}`, code: EXIT.failed};
  return {text: 'the runner stopped first; crossfade resume takes the signal up', code: EXIT.failed};
}

const endOf = (since: readonly Entry[], outcome: string): boolean =>
  recorded(since, 'phase-ended').some(({fact}) => fact.outcome === outcome);

const done = (text: string): SignalEffect => ({text, code: EXIT.done});
