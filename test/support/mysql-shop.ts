/** The schema of `mysql-shop.sql` as both servers tell it, and its tables as their catalogue would show them. */
import mariadb from './mysql-shop-mariadb.json' with {type: 'json'};
import mysql from './mysql-shop-mysql.json' with {type: 'json'};
import type {MysqlSchema} from '../../src/model/mysql-schema.ts';
import type {Table} from '../../src/model/table.ts';

export const MYSQL_SHOP = mysql as unknown as MysqlSchema;
export const MARIADB_SHOP = mariadb as unknown as MysqlSchema;

export const tablesIn = ({tables}: MysqlSchema): readonly Table[] =>
  tables.map(({name, columns, indexes}) => ({
    name,
    key: (indexes.find((index) => index.name === 'PRIMARY')?.parts ?? []).flatMap(({column}) => column ?? []),
    partitions: [],
    estimatedRows: 0,
    estimatedBytes: 0,
    columns: columns.map((column) => ({
      name: column.name,
      type: column.type,
      notNull: !column.isNullable,
      generated: Boolean(column.generation),
      identity: column.extra.includes('auto_increment') ? ('by-default' as const) : undefined,
      portableBinary: false,
      hasDefault: column.defaultText !== null || column.extra.includes('auto_increment'),
    })),
  }));
