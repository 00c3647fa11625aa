import fc from 'fast-check';
import {expect, it} from 'vitest';
import {keyOfText, keyText} from './change.ts';

it('a key can be told from its text', () => {
  const value = fc.option(fc.oneof(fc.string(), fc.constantFrom('', '~', '1:a', ',', '2:~,', '12', ':')), {nil: null});
  fc.assert(
    fc.property(fc.array(value, {minLength: 1, maxLength: 4}), (key) => {
      expect(keyOfText(keyText(key))).toEqual(key);
    }),
    {numRuns: 2000},
  );
});
