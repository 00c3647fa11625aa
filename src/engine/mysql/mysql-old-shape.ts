/** Who uses a column that is about to go: indexes, keys, checks, computed columns, views, triggers and routines. */
import type {OldColumn} from '../../model/planned-operation.ts';
import {CONTROL_SCHEMA_NAME} from './mysql-names.ts';
import type {MySession} from './mysql-session.ts';
import {quoteName, quoteValue} from './mysql-sql.ts';
import {STEP_PREFIX} from './mysql-step-triggers.ts';

/** As people say it: `index shop.orders.orders_note`. Our own triggers and programs go by themselves. */
export const columnUsers = async (session: MySession, old: OldColumn): Promise<string[]> => {
  const {rows} = await session.query(askUsers(old, session.flavour.checks));
  const goes = new Set(old.goesWith);
  return rows.filter(({name}) => !goes.has(name ?? '') && !name?.startsWith(STEP_PREFIX)).map(({what}) => what ?? '');
};

/**
 * Programs and views keep their words: those that name both the column and the table, or are triggers of it. A table of the same
 * name in another schema is another one, so whatever lies outside the table's schema must name that too.
 */
const askUsers = ({table, column}: OldColumn, checks: string): string => {
  const at = (schema: string, name: string): string => `${schema} = ${quoteValue(table.schema)} AND ${name} = ${quoteValue(table.name)}`;
  const has = (text: string, word: string): string =>
    `${text} REGEXP ${quoteValue(`(^|[^[:alnum:]_$])${word.replaceAll(/\W/g, '[$&]')}([^[:alnum:]_$]|$)`)}`;
  const both = (text: string, schema: string): string =>
    `${has(text, column)} AND ${has(text, table.name)} AND (${schema} = ${quoteValue(table.schema)} OR ${has(text, table.schema)})`;
  const named = quoteValue(column);
  return [
    `SELECT DISTINCT concat('index ', table_schema, '.', table_name, '.', index_name) AS what, index_name AS name FROM information_schema.statistics WHERE ${at('table_schema', 'table_name')} AND column_name = ${named}`,
    `SELECT concat('key ', table_schema, '.', table_name, '.', constraint_name), constraint_name FROM information_schema.key_column_usage
     WHERE referenced_table_name IS NOT NULL AND (${at('table_schema', 'table_name')} AND column_name = ${named} OR ${at('referenced_table_schema', 'referenced_table_name')} AND referenced_column_name = ${named})`,
    `SELECT concat('check ', c.name), c.name FROM (${checks}) AS c WHERE ${at(`c.${quoteName('schema')}`, `c.${quoteName('table')}`)} AND ${has('c.clause', column)}`,
    `SELECT concat('computed column ', column_name), column_name FROM information_schema.columns WHERE ${at('table_schema', 'table_name')} AND ${has('generation_expression', column)}`,
    `SELECT concat('view ', table_schema, '.', table_name), table_name FROM information_schema.views WHERE ${both('view_definition', 'table_schema')}`,
    `SELECT concat('trigger ', trigger_schema, '.', trigger_name), trigger_name FROM information_schema.triggers
     WHERE ${at('event_object_schema', 'event_object_table')} AND ${has('action_statement', column)} OR ${both('action_statement', 'trigger_schema')}`,
    `SELECT concat(lower(routine_type), ' ', routine_schema, '.', routine_name), routine_name FROM information_schema.routines WHERE routine_schema <> '${CONTROL_SCHEMA_NAME}' AND ${both('routine_definition', 'routine_schema')}`,
  ].join(' UNION ');
};
