/** What the schemas of a MySQL or MariaDB server use beyond plain columns, keys and indexes: what a person looks through before a move. */
import type {Inventory} from '../../model/inventory.ts';
import {ownSchemas} from './mysql-own-schemas.ts';
import type {MySession} from './mysql-session.ts';

const OWN = `NOT ${ownSchemas('table_schema')}`;

const columns = (name: string, condition: string): string =>
  `SELECT '${name}' AS name, count(*) AS amount FROM information_schema.columns WHERE ${OWN} AND (${condition})`;
const tables = (name: string, condition: string): string =>
  `SELECT '${name}', count(*) FROM information_schema.tables WHERE ${OWN} AND table_type <> 'VIEW' AND (${condition})`;
const indexes = (name: string, condition: string): string =>
  `SELECT '${name}', count(DISTINCT table_schema, table_name, index_name) FROM information_schema.statistics WHERE ${OWN} AND (${condition})`;

const SPATIAL = `'geometry', 'point', 'linestring', 'polygon', 'multipoint', 'multilinestring', 'multipolygon', 'geomcollection', 'geometrycollection'`;

/** JSON of MariaDB is a text with a check, and its counts say so: it stands among the checks there. */
const FEATURES = [
  columns('AUTO_INCREMENT columns', `extra LIKE '%auto_increment%'`),
  columns('generated columns', `extra LIKE '%GENERATED' AND extra NOT LIKE '%DEFAULT%'`),
  columns('invisible columns', `extra LIKE '%INVISIBLE%'`),
  columns('columns with ON UPDATE', `extra LIKE '%on update%'`),
  columns('ENUM columns', `data_type = 'enum'`),
  columns('SET columns', `data_type = 'set'`),
  columns('JSON columns', `data_type = 'json'`),
  columns('BIT columns', `data_type = 'bit'`),
  columns('YEAR columns', `data_type = 'year'`),
  columns('TINYINT(1) columns', `column_type LIKE 'tinyint(1)%'`),
  columns('BIGINT UNSIGNED columns', `data_type = 'bigint' AND column_type LIKE '%unsigned%'`),
  columns('spatial columns', `data_type IN (${SPATIAL})`),
  columns('texts that are not utf8mb4', `character_set_name <> 'utf8mb4'`),
  columns('texts that fold case or accents', `collation_name LIKE '%\\_ci'`),
  indexes(
    'unique indexes over texts that fold',
    `non_unique = 0 AND (table_schema, table_name, column_name) IN (SELECT table_schema, table_name, column_name FROM information_schema.columns WHERE collation_name LIKE '%\\_ci')`,
  ),
  indexes('FULLTEXT indexes', `index_type = 'FULLTEXT'`),
  indexes('SPATIAL indexes', `index_type IN ('SPATIAL', 'RTREE')`),
  indexes('indexes over the start of a column', 'sub_part IS NOT NULL'),
  indexes('indexes over expressions', 'column_name IS NULL'),
  `SELECT 'checks', count(*) FROM information_schema.check_constraints WHERE NOT ${ownSchemas('constraint_schema')}`,
  `SELECT 'foreign keys that act by themselves', count(*) FROM information_schema.referential_constraints WHERE NOT ${ownSchemas('constraint_schema')}
     AND (delete_rule IN ('CASCADE', 'SET NULL', 'SET DEFAULT') OR update_rule IN ('CASCADE', 'SET NULL', 'SET DEFAULT'))`,
  tables('partitioned tables', `create_options LIKE '%partitioned%'`),
  tables('tables with row versions', `table_type = 'SYSTEM VERSIONED'`),
  tables('sequences', `table_type = 'SEQUENCE'`),
  tables('tables that are not of InnoDB', `engine <> 'InnoDB' AND table_type <> 'SEQUENCE'`),
].join(' UNION ALL ');

/** Only what is there. */
export const mysqlFeatures = async (session: MySession): Promise<Inventory['features']> =>
  (await session.query(FEATURES)).rows
    .map((row) => ({name: row['name'] ?? '', count: Number(row['amount'])}))
    .filter(({count}) => count > 0);
