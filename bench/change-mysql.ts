/** The same for MySQL and MariaDB: `stall`, made anew for each change. */
import mysql from 'mysql2/promise';
import {loginOf, startMysql} from '../test/support/mysql-process.ts';
import {fetchedPrograms, type Flavour} from '../test/support/mysql-programs.ts';
import type {Case} from './change-cases.ts';
import {type ChangeServer, newFolder, SLOTS} from './change-server.ts';
import type {Ask} from './stall-log.ts';

const table = 'stall.slot';
const note = 'varchar(40)';

const SCHEMA = [
  'DROP DATABASE IF EXISTS stall',
  'CREATE DATABASE stall CHARACTER SET utf8mb4',
  `CREATE TABLE stall.slot (client int, slot int, writes int NOT NULL, last int NOT NULL, id int NOT NULL AUTO_INCREMENT UNIQUE, note ${note} DEFAULT 'a note', PRIMARY KEY (client, slot))`,
  'CREATE TABLE stall.entry (id bigint AUTO_INCREMENT PRIMARY KEY, client int NOT NULL, seq int NOT NULL, slot_id int DEFAULT 1)',
];

/** Those of PostgreSQL that can be had here. */
const CASES: readonly Case[] = [
  {
    name: 'add-column',
    operation: {'add-column': {table, column: 'kind', type: 'varchar(20)', backfill: "concat('kind ', slot % 7)", notNull: true}},
  },
  {name: 'set-not-null', operation: {'set-not-null': {table, column: 'note'}}},
  {
    name: 'add-foreign-key',
    operation: {'add-foreign-key': {table: 'stall.entry', name: 'entry_slot', columns: ['slot_id'], references: {table, columns: ['id']}}},
  },
  {name: 'add-index', operation: {'add-index': {table, name: 'slot_last', on: ['last']}}},
  {name: 'drop-column', operation: {'drop-column': {table, column: 'note'}}},
  {name: 'rename-column', operation: {'rename-column': {table, column: 'note', to: 'remark', type: note, default: "'a note'"}}},
  {name: 'change-type', operation: {'change-type': {table, column: 'note', oldType: note, type: 'varchar(60)', default: "'a note'"}}},
  {
    name: 'split-column',
    operation: {
      'split-column': {
        table,
        column: 'note',
        oldType: note,
        into: [
          {column: 'article', type: note, using: "substring_index(note, ' ', 1)"},
          {column: 'noun', type: note, using: "substring_index(note, ' ', -1)"},
        ],
        back: "concat(article, ' ', noun)",
      },
    },
  },
];

export async function startMysqlOf(engine: Flavour, rows: number, clients: number): Promise<ChangeServer> {
  const [programs] = fetchedPrograms(engine);
  if (!programs) throw new Error(`there is no ${engine} to change tables of: npm run servers:fetch`);
  const {folder, remove} = newFolder();
  const server = await startMysql(programs, {'innodb-buffer-pool-size': '256M'});
  const ask: Ask = async (statement) => {
    const client = await mysql.createConnection(loginOf(server.url));
    try {
      const [found] = await client.query<mysql.RowDataPacket[]>(statement);
      return found;
    } finally {
      await client.end();
    }
  };
  const numbered = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)`;
  const lying = `SELECT a.i + (b.i - 1) * 1000 AS i FROM n a JOIN n b ON b.i <= ${Math.ceil(rows / 1000)}`;
  return {
    engine,
    folder,
    clients,
    cases: CASES,
    async newDatabase() {
      const filling = [
        `INSERT INTO stall.slot (client, slot, writes, last) ${numbered} SELECT c.i - 1, s.i - 1, 0, 0 FROM n c JOIN n s ON c.i <= ${clients} AND s.i <= ${SLOTS}`,
        `INSERT INTO stall.slot (client, slot, writes, last) ${numbered} SELECT -1, i, 0, 0 FROM (${lying}) AS all_of_them`,
        `INSERT INTO stall.entry (client, seq) ${numbered} SELECT -1, i FROM (${lying}) AS all_of_them`,
      ];
      for (const statement of [...SCHEMA, ...filling]) await ask(statement);
      return {url: new URL('/stall', server.url).href, ask, drop: async () => void (await ask('DROP DATABASE stall'))};
    },
    async stop() {
      await server.stop();
      remove();
    },
  };
}
