import {columnName, type Planned} from '../model/planned-operation.ts';
import type {Operation} from './operation.ts';
import {replacement} from './replacement.ts';

/**
 * Gives a column another type. Its values are in a column beside it, `NAME_new`, until contract: then that one takes the
 * name, in one moment for all.
 */
export const changeType = (planned: Planned<'change-type'>): Operation =>
  replacement(planned, `drop ${columnName(planned)} and give its name to the new column`);
