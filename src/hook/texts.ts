/** The sentence that goes with a moment, and the four texts that a plan may word itself. */
import type {Announcement, AnnouncementTexts, HookEvent} from '../model/hook.ts';
import type {HookFacts} from './hook.ts';

/** What stands for the words in braces. */
export type Words = Readonly<Record<string, string>>;

const TEXTS: Readonly<Record<Announcement, string>> = {
  before:
    '{name}: the database moves at {at}. Writes wait for {stall} at most; nothing else is to be done. The way back stays open for {window}.',
  start: '{name}: the move of the database begins now. Writes wait for {stall} at most.',
  done: '{name}: the database has moved. The way back stays open for {window}.',
  reversed: '{name}: the database is back where it was. No acknowledged write was lost.',
};

export const announcement = (which: Announcement, own: AnnouncementTexts, words: Words): string =>
  (own[which] ?? TEXTS[which]).replaceAll(/\{(\w+)\}/g, (written, word: string) => words[word] ?? written);

/** Of an event with its facts; those of the three moments of a cutover are announcements. */
export function textOf(event: HookEvent, facts: HookFacts, phase: string, own: AnnouncementTexts, words: Words): string {
  const all = {...words, reason: facts.reason ?? ''};
  const isDone = facts.outcome === 'done';
  if (event === 'before-cutover') return announcement('start', own, all);
  if (event === 'after-cutover' && isDone) return announcement('done', own, all);
  if (event === 'after-reverse' && isDone) return announcement('reversed', own, all);
  return `${words['name'] ?? ''}: ${SENTENCES[event](facts, phase)}`;
}

const because = ({reason}: HookFacts): string => (reason ? `: ${reason}` : '');

const SENTENCES: Readonly<Record<HookEvent, (facts: HookFacts, phase: string) => string>> = {
  'plan-validated': (facts) => `the plan is valid${because(facts)}`,
  preflight: () => 'both sides were looked at, and nothing stands in the way',
  'phase-start': (_, phase) => `${phase} begins`,
  'phase-end': (facts, phase) => `${phase} has ended (${facts.outcome ?? ''})${because(facts)}`,
  throttled: (facts) =>
    facts.throttle
      ? `copying and comparing wait for the throttle ${facts.throttle}${because(facts)}`
      : `copying rests ${facts['copy-percent'] ?? '0'} % of the time, comparing ${facts['verify-percent'] ?? '0'} %`,
  'gate-waiting': (facts, phase) => `${phase} waits for ${facts.gate ?? ''} (${facts.evidence ?? ''})`,
  'gate-decided': (facts, phase) =>
    facts.go === 'true'
      ? `${facts.gate ?? ''} before ${phase} is green (${facts.evidence ?? ''})`
      : `${facts.by ?? ''} rejected ${facts.gate ?? ''}${because(facts)}`,
  'verify-mismatch': (facts) => `the two sides differ in ${facts.differing ?? 'some'} rows`,
  'before-cutover': () => 'the cutover begins',
  'after-cutover': (facts) => `the cutover was called off, the source serves${because(facts)}`,
  'before-reverse': () => 'the way back to the source begins now',
  'after-reverse': (facts) => `the way back was called off, the target serves${because(facts)}`,
  success: () => 'the migration is complete',
  failure: (facts) => `the run has ended${because(facts)}`,
  status: (facts) => facts.status ?? '',
};
