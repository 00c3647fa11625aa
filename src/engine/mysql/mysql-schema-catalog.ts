/** The schema of tables as the server's own books tell it, whole, for a conversion: `mapping/mysql-to-postgres` reads it. */
import type {MysqlForeignKey, MysqlIndex, MysqlPartitioning, MysqlProgram, MysqlSchema, MysqlTable} from '../../model/mysql-schema.ts';
import type {TableName} from '../../model/table.ts';
import type {MySession, TextRow} from './mysql-session.ts';
import {quoteValue, tableNames} from './mysql-sql.ts';

const TABLE = 'table_schema AS `schema`, table_name AS `table`';

/** Views and programs are those of the schemas that these tables are in. */
export const readMysqlSchema = async (session: MySession, wanted: readonly TableName[]): Promise<MysqlSchema> => ({
  flavour: session.flavour.name,
  tables: await readTables(session, wanted),
  views: await readViews(session, schemasOf(wanted)),
  programs: await readPrograms(session, schemasOf(wanted)),
});

const schemasOf = (wanted: readonly TableName[]): string =>
  [...new Set(wanted.map(({schema}) => schema))].map(quoteValue).join(', ') || 'NULL';

const readTables = async (session: MySession, wanted: readonly TableName[]): Promise<MysqlTable[]> => {
  const names = tableNames(wanted);
  const of = async (statement: string): Promise<Map<string, TextRow[]>> => Map.groupBy((await session.query(statement)).rows, placeOf);
  const tables = await session.query(
    `SELECT ${TABLE}, table_comment AS comment FROM information_schema.tables WHERE (table_schema, table_name) IN (${names}) ORDER BY 1, 2`,
  );
  const columns = await of(
    `SELECT ${TABLE}, column_name AS name, column_type AS type, is_nullable AS nullable, column_default AS default_text, extra AS extra,
            generation_expression AS generation, character_set_name AS charset, collation_name AS collation, column_comment AS comment
     FROM information_schema.columns WHERE (table_schema, table_name) IN (${names}) ORDER BY 1, 2, ordinal_position`,
  );
  const indexes = await of(
    `SELECT ${TABLE}, index_name AS name, non_unique AS non_unique, index_type AS method, index_comment AS comment, column_name AS \`column\`,
            ${session.flavour.indexExpression} AS expression, sub_part AS prefix, collation AS direction
     FROM information_schema.statistics WHERE (table_schema, table_name) IN (${names}) ORDER BY 1, 2, index_name <> 'PRIMARY', index_name, seq_in_index`,
  );
  const keys = await of(
    `SELECT k.table_schema AS \`schema\`, k.table_name AS \`table\`, k.constraint_name AS name, k.column_name AS \`column\`, r.update_rule AS on_update, r.delete_rule AS on_delete,
            k.referenced_table_schema AS other_schema, k.referenced_table_name AS other_table, k.referenced_column_name AS other_column
     FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r
       ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
     WHERE (k.table_schema, k.table_name) IN (${names}) ORDER BY 1, 2, 3, k.ordinal_position`,
  );
  const checks = await of(
    `SELECT * FROM (${session.flavour.checks}) AS checks WHERE (\`schema\`, \`table\`) IN (${names}) ORDER BY 1, 2, name`,
  );
  const partitions = await of(
    `SELECT ${TABLE}, partition_name AS name, partition_method AS method, subpartition_method AS sub_method, partition_expression AS expression, partition_description AS description
     FROM information_schema.partitions WHERE partition_name IS NOT NULL AND coalesce(subpartition_ordinal_position, 1) = 1 AND (table_schema, table_name) IN (${names})
     ORDER BY 1, 2, partition_ordinal_position`,
  );
  return tables.rows.map((row) => {
    const found = (rows: Map<string, TextRow[]>): readonly TextRow[] => rows.get(placeOf(row)) ?? [];
    const checked = found(checks);
    return {
      name: {schema: text(row, 'schema'), name: text(row, 'table')},
      comment: text(row, 'comment'),
      columns: found(columns).map((column) =>
        toColumn(column, !session.flavour.hasJsonType && checked.some(isJsonOf(text(column, 'name')))),
      ),
      indexes: byName(found(indexes)).map(toIndex),
      foreignKeys: byName(found(keys)).map(toForeignKey),
      checks: checked.map((check) => ({name: text(check, 'name'), clause: text(check, 'clause'), isEnforced: check['enforced'] === 'YES'})),
      partitioning: toPartitioning(found(partitions)),
    };
  });
};

/** How MariaDB writes that a text is JSON. */
const isJsonOf =
  (column: string) =>
  (check: TextRow): boolean =>
    check['name'] === column && check['clause'] === `json_valid(\`${column.replaceAll('`', '``')}\`)`;

const toColumn = (row: TextRow, isJson: boolean): MysqlTable['columns'][number] => ({
  name: text(row, 'name'),
  type: isJson ? 'json' : text(row, 'type'),
  isNullable: row['nullable'] === 'YES',
  defaultText: row['default_text'] ?? null,
  extra: text(row, 'extra'),
  generation: row['generation'] ?? null,
  characterSet: row['charset'] ?? null,
  collation: row['collation'] ?? null,
  comment: text(row, 'comment'),
});

const toIndex = ([name, rows]: Named): MysqlIndex => ({
  name,
  isUnique: rows[0]?.['non_unique'] === '0',
  method: rows[0]?.['method'] ?? '',
  comment: rows[0]?.['comment'] ?? '',
  parts: rows.map((row) => ({
    column: row['column'] ?? null,
    expression: row['expression'] ?? null,
    prefix: row['prefix'] ? Number(row['prefix']) : null,
    isDescending: row['direction'] === 'D',
  })),
});

const toForeignKey = ([name, rows]: Named): MysqlForeignKey => ({
  name,
  columns: rows.map((row) => text(row, 'column')),
  references: {schema: rows[0]?.['other_schema'] ?? '', name: rows[0]?.['other_table'] ?? ''},
  referencedColumns: rows.map((row) => text(row, 'other_column')),
  onUpdate: rows[0]?.['on_update'] ?? '',
  onDelete: rows[0]?.['on_delete'] ?? '',
});

const toPartitioning = ([first, ...rest]: readonly TextRow[]): MysqlPartitioning | undefined =>
  first && {
    method: text(first, 'method'),
    expression: text(first, 'expression'),
    subMethod: first['sub_method'] ?? null,
    partitions: [first, ...rest].map((row) => ({name: text(row, 'name'), description: row['description'] ?? null})),
  };

const readViews = async (session: MySession, schemas: string): Promise<MysqlSchema['views']> => {
  const {rows} = await session.query(
    `SELECT ${TABLE}, view_definition AS definition FROM information_schema.views WHERE table_schema IN (${schemas}) ORDER BY 1, 2`,
  );
  const columns = await session.query(
    `SELECT c.table_schema AS \`schema\`, c.table_name AS \`table\`, c.column_name AS name FROM information_schema.columns c
     JOIN information_schema.views v ON v.table_schema = c.table_schema AND v.table_name = c.table_name
     WHERE c.table_schema IN (${schemas}) ORDER BY 1, 2, c.ordinal_position`,
  );
  const grouped = Map.groupBy(columns.rows, placeOf);
  return rows.map((row) => ({
    name: {schema: text(row, 'schema'), name: text(row, 'table')},
    columns: (grouped.get(placeOf(row)) ?? []).map((column) => text(column, 'name')),
    definition: text(row, 'definition'),
  }));
};

const readPrograms = async (session: MySession, schemas: string): Promise<readonly MysqlProgram[]> => {
  const {rows} = await session.query(
    `SELECT 'trigger' AS kind, trigger_schema AS \`schema\`, trigger_name AS \`table\`, concat(action_timing, ' ', event_manipulation, ' ON ', event_object_table, ' FOR EACH ROW ', action_statement) AS body
     FROM information_schema.triggers WHERE trigger_schema IN (${schemas})
     UNION ALL SELECT lower(routine_type), routine_schema, routine_name, routine_definition FROM information_schema.routines WHERE routine_schema IN (${schemas})
     UNION ALL SELECT 'event', event_schema, event_name, event_definition FROM information_schema.events WHERE event_schema IN (${schemas}) ORDER BY 1, 2, 3`,
  );
  return rows.flatMap((row) => {
    const kind = KINDS.find((one) => one === row['kind']);
    return kind ? [{kind, name: {schema: text(row, 'schema'), name: text(row, 'table')}, text: text(row, 'body')}] : [];
  });
};

/** MariaDB's packages are of none of these: they hold procedures that are. */
const KINDS = ['trigger', 'procedure', 'function', 'event'] as const;

type Named = readonly [name: string, rows: readonly TextRow[]];
const byName = (rows: readonly TextRow[]): readonly Named[] => [...Map.groupBy(rows, (row) => text(row, 'name'))];

/** Names may hold anything but NUL. */
const placeOf = (row: TextRow): string => `${text(row, 'schema')}\0${text(row, 'table')}`;

const text = (row: TextRow, name: string): string => row[name] ?? '';
