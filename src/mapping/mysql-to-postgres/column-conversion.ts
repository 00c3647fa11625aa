/** A converted column as every other column of a mapping: what travels through it is checked to come back, or refused. */
import type {Value} from '../../model/change.ts';
import {columnForm} from '../text-forms.ts';
import type {ColumnMapping} from '../mapping.ts';
import type {TypeChoice} from './types.ts';
import {conversion, type ConversionName, type ValueShape} from './values.ts';

export type Converted = {readonly choice: TypeChoice; readonly shape: ValueShape};

/** `zero`: what NULL of the target stands for (`zero-dates.ts`). */
export const columnConversion = ({choice, shape}: Converted, from: string, to: string, zero: Value = null): ColumnMapping => {
  const {forward, reverse, isSame, kept} = conversion(choice.conversion, shape);
  const asKey = keyKind(choice.conversion);
  const alike = columnForm(choice.conversion, choice.type, {members: shape.members, hasStandIn: zero !== null});
  return {
    source: [from],
    target: [to],
    isPlain: false, // the servers are different ones: neither reads the other's rows
    ...(asKey ? {asKey} : {}),
    isConverted: true,
    // Whatever has its labels will do for an ENUM: the type that is made for it, one that was there before, or a text.
    type: choice.type === 'enum' ? undefined : choice.type,
    forward: ([value = null]) => [value === null ? null : forward(value)],
    reverse: ([value = null]) => [value === null ? zero : reverse(value)],
    stops: choice.stops,
    ...(kept ? {kept} : {}),
    ...(alike ? {alike} : {}),
    ...(isSame ? {isSame: (a: Value, b: Value) => a === b || (a !== null && b !== null && isSame(a, b))} : {}),
  };
};

const keyKind = (name: ConversionName): ColumnMapping['asKey'] => {
  if (SAME_TEXT.includes(name)) return 'same';
  return NO_KEY.includes(name) ? undefined : 'converted';
};

const SAME_TEXT: readonly ConversionName[] = ['same', 'text', 'char', 'date', 'uuid'];
/** One value may be written in several ways. */
const NO_KEY: readonly ConversionName[] = ['float', 'real', 'jsonb', 'mysql-jsonb'];
