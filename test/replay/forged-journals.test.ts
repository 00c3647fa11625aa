/**
 * Every kind of fact with the fields that real runs have given it: whoever writes one of them anew, with all hashes after it,
 * is found out by the copies in the databases, and without them by the signature of whoever approved later.
 */
import {describe, expect, test} from 'vitest';
import {headFaults, verifyChain} from '../../src/journal/chain.ts';
import {signatureFaults} from '../../src/journal/genuine.ts';
import type {Entry, JournalFact} from '../../src/journal/journal.ts';
import {forgeriesOf} from '../support/forged.ts';
import {and, approvedBy, keyed} from '../support/people.ts';
import {FACTS, recordings} from './recordings.ts';

const ann = keyed('ann');
const {name, key, role} = ann;
const plan = {approval: {quorum: 1, people: [{name, key, role}]}};

/** Which no recording has. */
const BY_HAND: readonly JournalFact[] = [
  {type: 'hook', event: 'phase-started', of: 3, hook: 'tell', delivery: 'd1', ok: true, says: 'told'},
  {type: 'statements-compared', comparison: {notCompared: 'the source: pg_stat_statements is not there'}},
  {type: 'note', text: 'a figure is high'},
];

const approved = (entries: readonly Entry[]): readonly Entry[] => {
  const told = and([], ...entries.map(({fact}) => ('plan' in fact ? {...fact, plan} : fact)), ...BY_HAND);
  return and(told, approvedBy(ann, told));
};
const journals = recordings().map(({name: story, entries}) => ({story, whole: approved(entries)}));

test('they hold every kind of fact', () => {
  const kinds = journals.flatMap(({whole}) => whole.map(({fact}) => fact.type));
  expect(new Set(kinds)).toEqual(new Set(Object.keys(FACTS)));
});

/** One entry of each shape stands for all that have the same fields. */
const shapes = new Set<string>();
const isNewShape = ({fact}: Entry): boolean => shapes.size < shapes.add(shapeOf(fact)).size;
const asked = journals.map(({story, whole}) => ({story, whole, entries: whole.slice(0, -1).filter(isNewShape)}));

describe.each(asked)('$story', ({whole, entries}) => {
  const faultsOfLast = (all: readonly Entry[]) => signatureFaults(all).filter(({seq}) => seq === whole.length);

  test('as it was written it has no fault', () => {
    expect([...verifyChain('m1', whole, whole), ...faultsOfLast(whole)]).toEqual([]);
  });

  test.each(entries.map(({seq, fact}) => ({seq, type: fact.type})))('$type, entry $seq: each field is held', ({seq}) => {
    const forgeries = forgeriesOf(whole, seq, seq);
    expect(forgeries.length).toBeGreaterThan(1);
    for (const {field, entries: forged} of forgeries) {
      expect(verifyChain('m1', forged), field).toEqual([]);
      expect(headFaults(forged, whole.slice(-1)), field).not.toEqual([]);
      expect(faultsOfLast(forged), field).toMatchObject([{what: 'changed'}]);
    }
  });
});

function shapeOf(fact: JournalFact): string {
  const fields = Object.entries(fact).map(([field, value]) => (field === 'type' || field === 'what' ? `${field}=${String(value)}` : field));
  return [...fields, fact.type === 'signal' ? fact.signal.type : ''].join();
}
