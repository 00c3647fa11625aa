/** A converted column as every other column of a mapping: what travels through it is checked to come back, or refused. */
import type {Value} from '../../model/change.ts';
import type {Column} from '../../model/table.ts';
import {columnForm} from '../text-forms.ts';
import type {ColumnMapping} from '../mapping.ts';
import {type FlavourName, shownType, type TypeChoice, type TypedColumn} from './types.ts';
import {conversion, type ConversionName} from './values.ts';

/** `from`: the column of PostgreSQL. */
export const columnConversion = (
  choice: TypeChoice,
  flavour: FlavourName,
  from: TypedColumn & Pick<Column, 'name'>,
  to: string,
): ColumnMapping => {
  const {forward, reverse, isSame} = conversion(choice.conversion, choice.shape);
  const asKey = keyKind(choice);
  // The DOUBLE of a real's text is not the real.
  const isWider = choice.conversion === 'real' && choice.type === 'double';
  const alike = isWider ? undefined : columnForm(choice.conversion, from.base ?? from.type);
  return {
    source: [from.name],
    target: [to],
    isPlain: false, // the servers are different ones: neither reads the other's rows
    ...(asKey ? {asKey} : {}),
    isConverted: true,
    // Whatever has its labels will do for an enum.
    type: choice.type === 'enum' ? undefined : shownType(choice.type, flavour),
    forward: ([value = null]) => [value === null ? null : forward(value)],
    reverse: ([value = null]) => [value === null ? null : reverse(value)],
    stops: choice.stops,
    ...(alike ? {alike} : {}),
    ...(isSame ? {isSame: (a: Value, b: Value) => a === b || (a !== null && b !== null && isSame(a, b))} : {}),
  };
};

const keyKind = ({conversion, type}: TypeChoice): ColumnMapping['asKey'] => {
  if (NO_KEY.includes(conversion) || type.startsWith('long')) return undefined;
  return SAME_TEXT.includes(conversion) ? 'same' : 'converted';
};

const SAME_TEXT: readonly ConversionName[] = ['same', 'text', 'decimal', 'date', 'text-uuid'];
/** One value may be written in several ways. */
const NO_KEY: readonly ConversionName[] = ['float', 'real', 'json', 'json-text', 'any-decimal'];
