/**
 * A journal keeps its meaning for ever: what a version wrote, later ones fold to the same state, from whichever entry
 * they take it up. `npm run replay:record` records the stories anew, into a new folder; the old ones are never touched.
 */
import {describe, expect, test} from 'vitest';
import {verifyChain} from '../../src/journal/chain.ts';
import type {JournalFact, Signal} from '../../src/journal/journal.ts';
import {foldedOf, recordings} from './recordings.ts';

/** Every kind there is. A text instead of true says why no recording has it; it goes as soon as one does. */
const FACTS = {
  'migration-created': true,
  'runner-started': true,
  'runner-stopped': true,
  'phase-started': true,
  'phase-ended': true,
  'step-intent': true,
  'step-outcome': true,
  'step-failed': true,
  'gate-verdict': true,
  'gates-passed': true,
  signal: true,
  'signal-refused': true,
  verified: true,
  repairing: true,
  tuned: true,
  unlocked: true,
  adopted: true,
  'plan-amended': true,
  decision: true,
  paused: true,
  resumed: true,
  failed: true,
  hook: 'recorded journals are of plans without hooks',
  'statements-compared': 'recorded journals are of servers that do not count statements',
  note: 'recorded journals are of plans that have no figures watched',
} satisfies Record<JournalFact['type'], true | string>;

const SIGNALS = {
  pause: true,
  resume: true,
  approve: true,
  reject: true,
  cutover: true,
  reverse: true,
  complete: true,
  abort: true,
  verify: true,
  throttle: true,
  unthrottle: true,
  set: true,
} satisfies Record<Signal['type'], true | string>;

const recorded = recordings();

describe.each(recorded)('$name', ({migration, entries, folded}) => {
  test('its chain is whole', () => {
    expect(entries.length).toBeGreaterThan(10);
    expect(verifyChain(migration, entries)).toEqual([]);
  });

  test('it is folded to the states that its version folded it to', () => {
    expect(foldedOf(entries)).toMatchObject(folded);
  });

  test('an entry that is changed, taken out or put elsewhere is found', () => {
    const [first, second, ...others] = entries;
    if (!first || !second) throw new Error('too short');
    const altered = {...second, fact: {...second.fact, type: 'note', text: 'altered'} as const};
    for (const journal of [
      [first, altered, ...others],
      [first, ...others],
      [second, first, ...others],
    ])
      expect(verifyChain(migration, journal)).not.toEqual([]);
  });
});

/** Each is a member of the union, so a new one does not compile before it is named here, and fails before it is recorded. */
test('every kind of fact and of signal stands in a recording (npm run replay:record)', () => {
  const facts = recorded.flatMap(({entries}) => entries.map(({fact}) => fact));
  const signals = facts.flatMap((fact) => (fact.type === 'signal' ? [fact.signal.type] : []));
  expect([...new Set(facts.map(({type}) => type))].toSorted()).toEqual(needed(FACTS));
  expect([...new Set(signals)].toSorted()).toEqual(needed(SIGNALS));
});

const needed = (kinds: Readonly<Record<string, true | string>>): string[] =>
  Object.keys(kinds)
    .filter((kind) => kinds[kind] === true)
    .toSorted();
