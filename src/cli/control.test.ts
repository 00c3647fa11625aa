/** What the words of a runner's socket need where the plan knows people. */
import {expect, test} from 'vitest';
import {runnerHere, stateFolder} from '../../test/support/command-line.ts';
import {realEffects} from '../../test/support/effects.ts';
import {started, through} from '../../test/support/journal-facts.ts';
import {createdWith, keyed} from '../../test/support/people.ts';
import {openStateStore} from '../journal/state-store.ts';
import {answerTo} from './control.ts';

const ID = '0191aaaa-0000-7000-8000-000000000001';

test('whoever slows the run down by the socket says why where the plan knows people; full speed needs no reason', async () => {
  await using state = await stateFolder();
  await state.begin(ID, createdWith(keyed('eve')), runnerHere(), ...through('assess', 'prepare-target'), started('initial-load'));
  const store = await openStateStore(state.folder, realEffects());
  try {
    const controlled = {journal: await store.open(ID), state: state.folder};
    const known = (await state.facts(ID)).length;
    for (const words of ['throttle 70', 'throttle', 'set chunk=8MiB'])
      expect(await answerTo(words, controlled)).toBe(`refused: this plan wants to know why: ${words} # REASON`);
    expect(await state.facts(ID)).toHaveLength(known);
    await answerTo('throttle 70 # the sale', controlled);
    await answerTo('unthrottle', controlled);
    expect((await state.facts(ID)).slice(known)).toMatchObject([
      {signal: {type: 'throttle', percent: 70}, reason: 'the sale'},
      {signal: {type: 'unthrottle'}},
    ]);
  } finally {
    await store.close();
  }
});
