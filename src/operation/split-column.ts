import {columnName, type Planned} from '../model/planned-operation.ts';
import type {Operation} from './operation.ts';
import {replacement} from './replacement.ts';

/** Makes several columns of one, or one of another meaning. Versions of the application may write either until the old one goes. */
export const splitColumn = (planned: Planned<'split-column'>): Operation => replacement(planned, `drop ${columnName(planned)}`);
