import type {Engine} from './engine.ts';
import {mariadbEngine, mysqlEngine} from './mysql/mysql-engine.ts';
import {postgresEngine} from './postgres/postgres-engine.ts';

export const engines = {postgres: postgresEngine, mysql: mysqlEngine, mariadb: mariadbEngine} satisfies Record<string, Engine>;
