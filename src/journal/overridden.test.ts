import {expect, test} from 'vitest';
import {ANN, created, journal, signal} from '../../test/support/journal-facts.ts';
import {overridesOf} from './overridden.ts';

test('what a person has gone past is named: a lock, a copy that says otherwise, rows without a known cause; any other yes is none', () => {
  const head = {seq: 1, hash: 'h'};
  const approve = (gate: string) =>
    ({...signal({type: 'approve', gate, planChecksum: 'c'}), reason: 'why not'}) as ReturnType<typeof signal>;
  const overrides = overridesOf(
    journal([
      created,
      approve('approval'),
      approve('checksum-match'),
      {type: 'unlocked', holder: 'bob', since: '', epoch: 2, override: undefined, actor: ANN, reason: 'gone'},
      {type: 'unlocked', holder: 'bob', since: '', epoch: 3, override: 'CF-LEASE-001', actor: ANN, reason: 'it hangs'},
      {type: 'adopted', head, entries: 4, reason: undefined, actor: ANN},
      {type: 'adopted', from: 'target', head, entries: 4, reason: 'the source was restored', actor: ANN},
    ]),
  );
  expect(overrides.map(({seq, against, reason}) => [seq, against, reason])).toEqual([
    [3, 'gate checksum-match', 'why not'],
    [5, 'CF-LEASE-001', 'it hangs'],
    [7, 'CF-STATE-002', 'the source was restored'],
  ]);
});
