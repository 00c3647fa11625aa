/** Columns that MySQL and MariaDB do not write, or do not have, alike; values of all others have the same text on both. */
import {TerminalError} from '../../model/errors.ts';
import type {ColumnMapping} from '../mapping.ts';
import {doubleText} from '../float-text.ts';

type Way = {readonly from: string; readonly to: string};

/** Not every version of MariaDB shows the sign of a zero (H-36). `type`: of both. */
export const floatColumn = ({from, to}: Way, type: string): ColumnMapping => ({
  source: [from],
  target: [to],
  isPlain: false,
  isConverted: true,
  type,
  forward: ([value = null]) => [value === null ? null : doubleText(value)],
  reverse: ([value = null]) => [value === null ? null : doubleText(value)],
  stops: undefined,
  isSame: (a, b) => a === b || (a !== null && b !== null && Number(a) === Number(b)),
});

/** MariaDB's types that MySQL does not have, and the texts that they print. */
const TEXTS: Readonly<Record<string, {readonly type: string; readonly printed: RegExp; readonly stops: string}>> = {
  uuid: {type: 'char(36)', printed: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, stops: 'a text that is no uuid in lower case'},
  inet4: {
    type: 'varchar(15)',
    printed: /^(?:(?:25[0-5]|2[0-4]\d|1?[1-9]\d|1\d\d|\d)(?:\.(?!$)|$)){4}$/,
    stops: 'a text that is no IPv4 address without leading zeros',
  },
};

/** Undefined of a type that MySQL has, too. */
export const textColumn = ({from, to}: Way, type: string): ColumnMapping | undefined => {
  const text = TEXTS[type];
  return (
    text && {
      source: [from],
      target: [to],
      isPlain: false,
      asKey: 'converted',
      isConverted: true,
      type: text.type,
      forward: ([value = null]) => [value],
      reverse: ([value = null]) => [value === null || text.printed.test(value) ? value : refuse(type)],
      stops: text.stops,
    }
  );
};

/** The value itself is never shown. */
const refuse = (type: string): never => {
  throw new TerminalError(`a value of the target is none that a ${type} of the source can hold`, {
    code: 'CF-MAP-003',
    next: 'crossfade explain CF-MAP-003',
  });
};

/** Printed in another form than it may be written, so that a text would not come back as it was. */
export const MISSING: Readonly<Record<string, string>> = {
  inet6: 'INET6 has no type on MySQL that would give back what is written there: make it BINARY(16) on the source first (INET6_ATON)',
};
