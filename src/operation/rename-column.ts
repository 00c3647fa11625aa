import {columnName, type Planned} from '../model/planned-operation.ts';
import type {Operation} from './operation.ts';
import {replacement} from './replacement.ts';

/** Gives a column another name. Versions of the application may write by either until the old one goes. */
export const renameColumn = (planned: Planned<'rename-column'>): Operation => replacement(planned, `drop ${columnName(planned)}`);
