import {describe, expect, test} from 'vitest';
import {hadServers, mysqlDatabase} from '../../../test/support/mysql-databases.ts';
import {readMysqlSchema} from './mysql-schema-catalog.ts';

for (const {title, request, server} of await hadServers()) {
  describe.skipIf(!server)(title, () => {
    const isMariadb = request.flavour === 'mariadb';

    test('a schema with one of everything is told whole', async () => {
      await using database = await mysqlDatabase(server);
      const {name: schema} = database;
      await database.run(
        `CREATE TABLE parent (a int, b int, PRIMARY KEY (a, b)) COMMENT 'of others'`,
        `CREATE TABLE t (
          id int NOT NULL AUTO_INCREMENT PRIMARY KEY, word varchar(20) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT 'it''s' COMMENT 'a ''word''', doc json NOT NULL,
          a int, b int, c int DEFAULT (1 + 1), total int AS (c + 1) STORED, at datetime(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
          UNIQUE KEY named (word(3), a), FULLTEXT KEY words (word), CONSTRAINT positive CHECK (a > 0), CONSTRAINT refers FOREIGN KEY (a, b) REFERENCES parent (a, b) ON DELETE CASCADE)`,
        'CREATE TABLE split (y int PRIMARY KEY) PARTITION BY RANGE (y) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)',
        'CREATE VIEW seen (first, second) AS SELECT id, word FROM t',
        'CREATE TRIGGER before_t BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1',
        'CREATE PROCEDURE does() SELECT 1',
        'CREATE FUNCTION gives() RETURNS int DETERMINISTIC RETURN 1',
        'CREATE EVENT runs ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM t',
      );
      const found = await readMysqlSchema(
        database.session,
        ['parent', 'split', 't'].map((name) => ({schema, name})),
      );
      const [parent, split, table] = found.tables;
      expect(found.flavour).toBe(request.flavour);
      expect(parent).toMatchObject({
        comment: 'of others',
        indexes: [{name: 'PRIMARY', isUnique: true, parts: [{column: 'a'}, {column: 'b'}]}],
        partitioning: undefined,
      });
      expect(split?.partitioning).toMatchObject({
        method: 'RANGE',
        expression: expect.stringContaining('y'),
        subMethod: null,
        partitions: [
          {name: 'p0', description: '10'},
          {name: 'p1', description: 'MAXVALUE'},
        ],
      });
      expect(table?.columns.map(({name, type}) => `${name} ${type}`)).toEqual([
        ...(isMariadb ? ['id int(11)'] : ['id int']),
        'word varchar(20)',
        'doc json',
        ...['a', 'b', 'c', 'total'].map((name) => `${name} int${isMariadb ? '(11)' : ''}`),
        'at datetime(3)',
      ]);
      const column = (name: string) => table?.columns.find((one) => one.name === name);
      expect(column('id')).toMatchObject({isNullable: false, extra: 'auto_increment'});
      expect(column('word')).toMatchObject({
        characterSet: 'latin1',
        collation: 'latin1_bin',
        comment: "a 'word'",
        defaultText: isMariadb ? `'it''s'` : "it's",
      });
      expect(column('total')).toMatchObject({extra: 'STORED GENERATED', generation: expect.stringContaining('`c` + 1')});
      expect(column('at')?.extra.toUpperCase()).toContain('ON UPDATE CURRENT_TIMESTAMP(3)');
      expect(table?.indexes).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            name: 'named',
            isUnique: true,
            method: 'BTREE',
            parts: [
              {column: 'word', expression: null, prefix: 3, isDescending: false},
              {column: 'a', expression: null, prefix: null, isDescending: false},
            ],
          }),
          expect.objectContaining({name: 'words', isUnique: false, method: 'FULLTEXT'}),
        ]),
      );
      expect(table?.foreignKeys).toEqual([
        {
          name: 'refers',
          columns: ['a', 'b'],
          references: {schema, name: 'parent'},
          referencedColumns: ['a', 'b'],
          onUpdate: isMariadb ? 'RESTRICT' : 'NO ACTION',
          onDelete: 'CASCADE',
        },
      ]);
      expect(table?.checks.filter(({name}) => name === 'positive')).toEqual([
        {name: 'positive', clause: expect.stringContaining('`a` > 0'), isEnforced: true},
      ]);
      expect(found.views).toEqual([
        {name: {schema, name: 'seen'}, columns: ['first', 'second'], definition: expect.stringMatching(/select/i)},
      ]);
      expect(found.programs.map(({kind, name, text}) => `${kind} ${name.name}: ${text}`)).toEqual([
        'event runs: DELETE FROM t',
        'function gives: RETURN 1',
        'procedure does: SELECT 1',
        'trigger before_t: BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1',
      ]);
    });

    const withExpressions = isMariadb ? undefined : test; // MariaDB indexes columns only
    withExpressions?.('an index over an expression, descending, and a check that is not enforced', async () => {
      await using database = await mysqlDatabase(server);
      await database.run('CREATE TABLE t (id int PRIMARY KEY, a int, KEY k ((a + 1), a DESC), CONSTRAINT off CHECK (a > 0) NOT ENFORCED)');
      const {tables} = await readMysqlSchema(database.session, [{schema: database.name, name: 't'}]);
      expect(tables[0]?.indexes.find(({name}) => name === 'k')?.parts).toEqual([
        {column: null, expression: '(`a` + 1)', prefix: null, isDescending: false},
        {column: 'a', expression: null, prefix: null, isDescending: true},
      ]);
      expect(tables[0]?.checks).toEqual([{name: 'off', clause: '(`a` > 0)', isEnforced: false}]);
    });
  });
}
