/** What an entry of the journal means to hooks: none, one or several moments, in the order in which they are told. */
import type {Entry, JournalFact} from '../journal/journal.ts';
import {signalWords} from '../journal/signal-words.ts';
import {verificationsOf} from '../journal/verifications.ts';
import type {HookEvent} from '../model/hook.ts';
import type {HookFacts} from './hook.ts';

/** `isEnd`: a moment only if the run has ended with that entry. */
export type Moment = {readonly event: HookEvent; readonly facts: HookFacts; readonly isEnd?: true};

export function momentsOf(entry: Entry): readonly Moment[] {
  const {fact} = entry;
  switch (fact.type) {
    case 'migration-created':
      return [{event: 'plan-validated', facts: {}}];
    case 'plan-amended':
      return [{event: 'plan-validated', facts: {reason: fact.reason}}];
    case 'phase-started':
      return [{event: 'phase-start', facts: {}}];
    case 'phase-ended':
      return endMoments(fact);
    case 'tuned':
      return [{event: 'throttled', facts: throttleFacts(fact)}];
    case 'gate-verdict':
      return fact.verdict.go ? [] : [{event: 'gate-waiting', facts: {gate: fact.verdict.gate, evidence: fact.verdict.evidence}}];
    case 'gates-passed':
      return fact.verdicts.map(({gate, evidence}) => ({event: 'gate-decided', facts: {gate, evidence, go: 'true'}}));
    case 'signal':
      return fact.signal.type === 'reject' ? [rejection(fact)] : [];
    case 'verified':
    case 'step-outcome':
      return verificationsOf([entry])
        .filter(({equal}) => !equal)
        .map(({differing}) => ({event: 'verify-mismatch', facts: {differing: String(differing)}}));
    case 'failed':
      return [{event: 'failure', facts: {reason: fact.error, ...(fact.code === undefined ? {} : {code: fact.code})}}];
    default:
      return [];
  }
}

type Fact<T extends JournalFact['type']> = Extract<JournalFact, {type: T}>;

function endMoments({phase, outcome, evidence}: Fact<'phase-ended'>): readonly Moment[] {
  const reason = evidence['reason'];
  const facts: HookFacts = {outcome, ...(typeof reason === 'string' ? {reason} : {})};
  const own = outcome === 'done' || phase !== 'assess' ? OWN[phase] : undefined;
  return [
    {event: 'phase-end', facts},
    ...(own ? [{event: own, facts}] : []),
    {event: outcome === 'abort' ? 'failure' : 'success', facts: outcome === 'abort' ? {...facts, reason: 'aborted'} : facts, isEnd: true},
  ];
}

/** Also when the attempt was called off: whoever made room for it has to hear that it is over. */
const OWN: Readonly<Record<string, HookEvent>> = {assess: 'preflight', cutover: 'after-cutover', 'reverse-cutover': 'after-reverse'};

const throttleFacts = ({tuning}: Fact<'tuned'>): HookFacts => ({
  'copy-percent': String(tuning.throttle.copy),
  'verify-percent': String(tuning.throttle.verify),
});

const rejection = ({signal, actor, reason}: Fact<'signal'>): Moment => ({
  event: 'gate-decided',
  facts: {
    gate: signal.type === 'reject' ? signal.gate : signalWords(signal),
    go: 'false',
    by: actor.name,
    ...(reason === undefined ? {} : {reason}),
  },
});
