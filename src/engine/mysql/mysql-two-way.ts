/**
 * The generated triggers that keep an old column and those in its place in step, whichever of them a writer knows. Who changes
 * the new shape decides; else the new shape follows the old one.
 *
 * What cannot be computed for the new shape, be it only with a warning, stays empty, so that versions which know the old one
 * only never fail; the verification finds it. What the old shape cannot hold is refused until contract: there would be no way
 * back from it.
 */
import type {Replacement} from '../../model/planned-operation.ts';
import {type Ddl, expression} from './mysql-change.ts';
import {isSame} from './mysql-same-value.ts';
import {quoteName} from './mysql-sql.ts';
import {createTriggers, type Event, fromRow, variableType} from './mysql-step-triggers.ts';

export const createTwoWay = (planned: Replacement): readonly Ddl[] => createTriggers(planned, (event) => body(planned, event));

const body = ({table, column, oldType, into, back}: Replacement, event: Event): string => {
  const old = quoteName(column);
  const parts = into.map((part, i) => ({...part, name: quoteName(part.column), value: `crossfade_${i + 1}`}));
  const each = (glue: string, text: (part: (typeof parts)[number]) => string): string => parts.map(text).join(glue);
  const isEmpty = (row: 'NEW' | 'OLD'): string => `(${each(' AND ', ({name}) => `${row}.${name} IS NULL`)})`;
  const compute = (row: 'NEW' | 'OLD'): string => `BEGIN
      DECLARE EXIT HANDLER FOR SQLEXCEPTION, SQLWARNING SET ${each(', ', ({value}) => `${value} = NULL`)};
      SELECT ${each(', ', ({using}) => expression(using))} INTO ${each(', ', ({value}) => value)} ${fromRow(row, table, [old])};
    END;`;
  return `BEGIN
  ${each('\n  ', ({value, type}) => `DECLARE ${value} ${variableType(type)};`)}
  DECLARE crossfade_is_new boolean DEFAULT NOT ${isEmpty('NEW')};
  DECLARE crossfade_is_old boolean DEFAULT TRUE;
${event === 'INSERT' ? '' : whichShape()}\
  IF crossfade_is_new OR crossfade_is_old THEN
    ${compute('NEW')}
  END IF;
  IF crossfade_is_new THEN
    IF NOT (${each(' AND ', ({name, type, value}) => isSame(type, `NEW.${name}`, value))}) THEN
      SET NEW.${old} = (SELECT ${expression(back)} ${fromRow(
        'NEW',
        table,
        parts.map(({name}) => name),
      )});
    END IF;
  ELSEIF crossfade_is_old THEN BEGIN
      DECLARE EXIT HANDLER FOR SQLEXCEPTION, SQLWARNING SET ${each(', ', ({name}) => `NEW.${name} = NULL`)};
      SET ${each(', ', ({name, value}) => `NEW.${name} = ${value}`)};
    END;
  END IF;
END`;

  /** A row that is not filled yet: what the writer has left out comes from the old shape first. */
  function whichShape(): string {
    return `  SET crossfade_is_new = NOT (${each(' AND ', ({name, type}) => isSame(type, `NEW.${name}`, `OLD.${name}`))});
  SET crossfade_is_old = NOT ${isSame(oldType, `NEW.${old}`, `OLD.${old}`)} OR ${isEmpty('NEW')};
  IF crossfade_is_new AND ${isEmpty('OLD')} THEN
    ${compute('OLD')}
    SET ${each(', ', ({name, value}) => `NEW.${name} = coalesce(NEW.${name}, ${value})`)};
  END IF;
`;
  }
};
