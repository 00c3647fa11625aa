/** Keys of one table on their way. What makes no exact way back is no key there, whether or not the plan allows loss. */
import type {Key, Value} from '../model/change.ts';
import {TerminalError} from '../model/errors.ts';
import {nameOf, type Table} from '../model/table.ts';
import type {TableMapping} from './mapping.ts';
import type {Part} from './partial-row.ts';

export const keyMapping = (from: Table, to: Table, parts: readonly Part[]): Pick<TableMapping, 'keyThere' | 'keyBack'> => {
  const keyParts = from.key.map((name) => parts.find(({inputs, asKey}) => asKey !== undefined && inputs[0] === name));
  if (keyParts.every((part) => part?.asKey !== 'converted')) return {keyThere: same, keyBack: same};
  return {
    keyThere: (key) => key.map((value, i) => exact(keyParts[i]?.map, keyParts[i]?.undo, value, to)),
    keyBack: (key) => key.map((value, i) => exact(keyParts[i]?.undo, keyParts[i]?.map, value, from)),
  };
};

const same = (key: Key): Key => key;

type Way = Part['undo'];

const exact = (way: Way, back: Way, value: Value, into: Table): Value => {
  if (!way || !back || value === null) return value;
  const [there = null] = way([value]);
  const [again = null] = there === null ? [] : back([there]);
  if (again === value) return there;
  throw new TerminalError(`a key cannot be carried into ${nameOf(into.name)}: it would not come back as it was`, {
    code: 'CF-MAP-003',
    next: 'crossfade explain CF-MAP-003',
  });
};
