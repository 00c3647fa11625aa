import type {JournalFact} from './journal.ts';

/** How the effects seam names the writing of a fact: with its phase and step, so that a sweep of kills finds each of them by name. */
export function pointLabel(fact: JournalFact): string {
  switch (fact.type) {
    case 'phase-started':
    case 'phase-ended':
      return `${fact.type} ${fact.phase}`;
    case 'step-intent':
    case 'step-outcome':
    case 'step-failed':
      return `${fact.type} ${fact.phase}/${fact.step}`;
    default:
      return fact.type;
  }
}
