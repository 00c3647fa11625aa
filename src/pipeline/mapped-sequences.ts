/** Sequences follow their column to where the mapping takes it. Called at the cutover, after the fence. */
import type {SequenceState} from '../engine/engine.ts';
import type {TableMapping} from '../mapping/mapping.ts';
import {nameOf} from '../model/table.ts';

export const mappedSequences = (states: readonly SequenceState[], mappings: readonly TableMapping[]): readonly SequenceState[] =>
  states.map((state) => {
    const {owner, ...rest} = state;
    const mapping = owner && mappings.find(({from}) => nameOf(from.name) === nameOf(owner.table));
    if (!owner || !mapping) return state;
    const column = mapping.columns.get(owner.column);
    return column === undefined ? rest : {...rest, owner: {table: mapping.to.name, column}};
  });
