/**
 * The generated triggers that keep an old column and those in its place in step, whichever of them a writer knows. They work
 * on the row that is being written and send no statement, so they cannot call themselves. Who changes the new shape decides;
 * else the new shape follows the old one.
 *
 * What cannot be computed for the new shape, be it only with a warning, stays empty, so that versions which know the old one
 * only never fail; the verification finds it. What the old shape cannot hold is refused until contract: there would be no way
 * back from it. Of several triggers the youngest comes last and sees what the application's own have made of the row.
 */
import {createHash} from 'node:crypto';
import {columnName, type Replacement} from '../../model/planned-operation.ts';
import type {TableName} from '../../model/table.ts';
import {type Ddl, isGone} from './mysql-change.ts';
import {isSame, isTextual, withoutCharset} from './mysql-same-value.ts';
import {quoteName, quoteTable, quoteValue} from './mysql-sql.ts';

/** All of ours that keep shapes in step begin so. */
export const STEP_PREFIX = 'crossfade_step_';

/**
 * In the order in which they are made: a row that is filled as it comes, and not followed when it changes, would keep what it
 * had. Let go in the other order.
 */
const EVENTS = ['UPDATE', 'INSERT'] as const;

/** A plan's expression as one operand; a comment at its end ends with its line. */
export const expression = (text: string): string => `(${text}\n)`;

export const createTwoWay = (planned: Replacement): readonly Ddl[] =>
  EVENTS.map((event) => ({
    doing: 'keeping in step',
    sql: (on) =>
      `CREATE TRIGGER ${quoteTable(nameOn(on, planned, event))} BEFORE ${event} ON ${quoteTable(on)} FOR EACH ROW\n${body(planned, event)}`,
    undo: (on) => drop(on, planned, event),
    isDone: triggerIs(planned, event),
  }));

export const dropTwoWay = (planned: Replacement): readonly Ddl[] =>
  EVENTS.toReversed().map((event) => ({
    doing: 'letting go',
    sql: (on) => drop(on, planned, event),
    isDone: isGone(triggerIs(planned, event)),
  }));

const drop = (on: TableName, planned: Replacement, event: Event): string => `DROP TRIGGER ${quoteTable(nameOn(on, planned, event))}`;

/** Of another migration, or of one that is not in this state folder. */
export const isKeptInStep = (planned: Replacement): string => triggerIs(planned, 'INSERT');

type Event = (typeof EVENTS)[number];

/** A trigger's name is its schema's. */
const nameOn = ({schema}: TableName, planned: Replacement, event: Event): TableName => {
  const digest = createHash('sha256').update(columnName(planned)).digest('hex').slice(0, 12);
  return {schema, name: `${STEP_PREFIX}${digest}_${event.charAt(0).toLowerCase()}`};
};

const triggerIs = (planned: Replacement, event: Event): string => {
  const {schema, name} = nameOn(planned.table, planned, event);
  return `SELECT trigger_name AS what FROM information_schema.triggers WHERE trigger_schema = ${quoteValue(schema)} AND trigger_name = ${quoteValue(name)}`;
};

const body = ({table, column, oldType, into, back}: Replacement, event: Event): string => {
  const old = quoteName(column);
  const parts = into.map((part, i) => ({...part, name: quoteName(part.column), value: `crossfade_${i + 1}`}));
  const each = (glue: string, text: (part: (typeof parts)[number]) => string): string => parts.map(text).join(glue);
  const from = (row: Row, names: readonly string[]): string =>
    `FROM (SELECT ${names.map((name) => `${row}.${name} AS ${name}`).join(', ')}) AS ${quoteName(table.name)}`;
  const isEmpty = (row: Row): string => `(${each(' AND ', ({name}) => `${row}.${name} IS NULL`)})`;
  const compute = (row: Row): string => `BEGIN
      DECLARE EXIT HANDLER FOR SQLEXCEPTION, SQLWARNING SET ${each(', ', ({value}) => `${value} = NULL`)};
      SELECT ${each(', ', ({using}) => expression(using))} INTO ${each(', ', ({value}) => value)} ${from(row, [old])};
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
      SET NEW.${old} = (SELECT ${expression(back)} ${from(
        'NEW',
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

type Row = 'NEW' | 'OLD';

/** A variable holds every text; a column may hold fewer, and is then left empty. */
const variableType = (type: string): string => (isTextual(type) ? `${withoutCharset(type)} CHARACTER SET utf8mb4` : type);
