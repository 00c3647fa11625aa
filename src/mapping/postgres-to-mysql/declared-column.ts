/** A column as DDL writes it: name, type, and the check that keeps out what the source could not hold. */
import type {TypeChoice} from './types.ts';
import {backticked, quotedText} from './names.ts';

export const declaredColumn = (name: string, choice: TypeChoice, members: readonly string[], more: readonly string[] = []): string =>
  [backticked(name), ddlType(choice, members), ...more, choice.check && `CHECK (${choice.check(backticked(name))})`]
    .filter(Boolean)
    .join(' ');

const ddlType = ({type}: TypeChoice, members: readonly string[]): string =>
  type === 'enum' ? `enum(${members.map(quotedText).join(', ')})` : type;
