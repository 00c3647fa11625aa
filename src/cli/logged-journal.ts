/** A journal whose entries stand in the log too, once they are durable: with their kind and their words, without their evidence. */
import type {Journal, JournalFact} from '../journal/journal.ts';
import type {Log, LogLevel} from '../telemetry/log.ts';
import {factWords} from './fact-words.ts';

export const loggedJournal = (journal: Journal, {write, place}: Log): Journal => ({
  migration: journal.migration,
  entries: (after) => journal.entries(after),
  append: async (fact) => {
    const entry = await journal.append(fact);
    if (fact.type === 'runner-started') place.epoch = fact.epoch;
    if ('phase' in fact) place.phase = fact.phase;
    write(levelOf(fact), factWords(fact), {fact: fact.type, seq: entry.seq, ...codeOf(fact)});
    return entry;
  },
});

const codeOf = (fact: JournalFact) => ('code' in fact && fact.code !== undefined ? {code: fact.code} : {});

function levelOf(fact: JournalFact): Exclude<LogLevel, 'silent'> {
  if (fact.type === 'failed' || fact.type === 'step-failed') return 'error';
  if (fact.type === 'signal-refused' || (fact.type === 'hook' && !fact.ok)) return 'warn';
  if (fact.type === 'gate-verdict' && !fact.verdict.go) return 'warn';
  if (fact.type === 'phase-ended' && fact.outcome !== 'done') return 'warn';
  return fact.type === 'step-intent' || fact.type === 'step-outcome' ? 'debug' : 'info';
}
