/**
 * A journal keeps its meaning for ever: what a version wrote, later ones fold to the same state, from whichever entry
 * they take it up. `npm run replay:record` records the stories anew, into a new folder; the old ones are never touched.
 */
import {describe, expect, test} from 'vitest';
import {verifyChain} from '../../src/journal/chain.ts';
import type {Signal} from '../../src/journal/journal.ts';
import {FACTS, foldedOf, recordings} from './recordings.ts';

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
