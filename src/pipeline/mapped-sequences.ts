/** Sequences follow their column to where the mapping takes it. Called at the cutover, after the fence. */
import type {SequenceState} from '../engine/engine.ts';
import type {TableMapping} from '../mapping/mapping.ts';
import {nameOf} from '../model/table.ts';

export const mappedSequences = (states: readonly SequenceState[], mappings: readonly TableMapping[]): readonly SequenceState[] =>
  states.map((state) => {
    const {owner, ...rest} = state;
    const mapping = owner && mappings.find(({from}) => nameOf(from.name) === nameOf(owner.table));
    // One that no column owns may serve any of the tables.
    const shared = sharing(mapping ? [mapping] : owner ? [] : mappings);
    if (!owner || !mapping) return {...state, ...shared};
    const column = mapping.columns.get(owner.column);
    return column === undefined ? {...rest, ...shared} : {...rest, ...shared, owner: {table: mapping.to.name, column}};
  });

const sharing = (mappings: readonly TableMapping[]): Pick<SequenceState, 'shared'> => {
  if (mappings.some(({from}) => from.only)) return {shared: 'leaves-room'};
  return mappings.some(({to}) => to.only) ? {shared: 'never-back'} : {};
};
