/**
 * The generated trigger that keeps an old column and those in its place in step, whichever of them a writer knows. It
 * works on the row that is being written and sends no statement, so it cannot call itself. Who changes the new shape
 * decides; else the new shape follows the old one.
 *
 * What cannot be computed for the new shape stays empty, so that versions which know the old one only never fail; the
 * verification finds it. What the old shape cannot hold is refused until contract: there would be no way back from it.
 */
import type {Replacement} from '../../model/planned-operation.ts';
import type {MigrationRef} from '../engine.ts';
import {createTrigger, expression, namesOf} from './postgres-in-step.ts';
import {quoteName} from './postgres-sql.ts';

export const createTwoWay = (migration: MigrationRef, planned: Replacement): string => {
  const {functionName, quote} = namesOf(migration, planned);
  const old = quoteName(planned.column);
  const parts = planned.into.map(({column, type, using}, i) => ({name: quoteName(column), value: `crossfade_${i + 1}`, type, using}));
  const each = (glue: string, text: (part: (typeof parts)[number]) => string): string => parts.map(text).join(glue);
  const row = (of: 'NEW' | 'OLD'): string => `FROM (SELECT ${of}.*) AS ${quoteName(planned.table.name)}`;
  const compute = (of: 'NEW' | 'OLD'): string =>
    `SELECT ${each(', ', ({using}) => expression(using))} INTO ${each(', ', ({value}) => value)} ${row(of)};`;
  const isEmpty = (of: 'NEW' | 'OLD'): string => `(${each(' AND ', ({name}) => `${of}.${name} IS NULL`)})`;
  return `
CREATE FUNCTION ${functionName}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS ${quote}
#variable_conflict use_column
DECLARE
  ${each('\n  ', ({value, type}) => `${value} ${type};`)}
  crossfade_is_new boolean := NOT ${isEmpty('NEW')};
  crossfade_is_old boolean := true;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    crossfade_is_new := ${each(' OR ', ({name}) => `NEW.${name}::text IS DISTINCT FROM OLD.${name}::text`)};
    crossfade_is_old := NEW.${old}::text IS DISTINCT FROM OLD.${old}::text OR ${isEmpty('NEW')};
    IF crossfade_is_new AND ${isEmpty('OLD')} THEN
      BEGIN -- not filled yet: what the writer has left out comes from the old shape first
        ${compute('OLD')}
        ${each(' ', ({name, value}) => `NEW.${name} := coalesce(NEW.${name}, ${value});`)}
      EXCEPTION WHEN OTHERS THEN
        NULL;
      END;
    END IF;
  END IF;
  IF crossfade_is_new OR crossfade_is_old THEN
    BEGIN
      ${compute('NEW')}
    EXCEPTION WHEN OTHERS THEN
      ${each(' ', ({value}) => `${value} := NULL;`)}
    END;
  END IF;
  IF crossfade_is_new THEN
    IF ${each(' OR ', ({name, value}) => `NEW.${name}::text IS DISTINCT FROM ${value}::text`)} THEN
      SELECT ${expression(planned.back)} INTO NEW.${old} ${row('NEW')};
    END IF;
  ELSIF crossfade_is_old THEN
    ${each(' ', ({name, value}) => `NEW.${name} := ${value};`)}
  END IF;
  RETURN NEW;
END ${quote};
${createTrigger(migration, planned)}`;
};
