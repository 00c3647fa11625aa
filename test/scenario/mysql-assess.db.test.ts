/** `assess` of MySQL and MariaDB sources on real servers: what is there, how it grows, what would be lost, and what is left for a person. */
import {randomBytes} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import type {Assessment} from '../../src/cli/assess-report.ts';
import {newAccount, hadServers, mysqlDatabase} from '../support/mysql-databases.ts';
import {openStory} from '../support/story.ts';
import {storyDatabase} from '../support/story-database.ts';

const NO_GO = 4;
const DATES = '0000-00-00';

/** In `zoo` one row for each thing that no other engine holds; `growth` is what grows. */
const SCHEMA = [
  `SET SESSION sql_mode = 'ALLOW_INVALID_DATES'`,
  `CREATE TABLE zoo (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, born date, active tinyint(1) NOT NULL, note varchar(40) CHARACTER SET utf8mb4,
    many bigint unsigned, mail varchar(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci, kind enum('a','b'), tags set('x','y'), settings json,
    shout varchar(40) AS (upper(note)) STORED, changed timestamp NULL ON UPDATE current_timestamp,
    UNIQUE KEY mail (mail), KEY start (note(5)), FULLTEXT KEY words (note), CONSTRAINT positive CHECK (active > -9))`,
  `CREATE TABLE keyless (what varchar(40))`,
  `CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 3`,
  `CREATE TABLE growth (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, content longtext)`,
  `INSERT INTO zoo (born, active, note, many, mail, kind) VALUES
    ('${DATES}', 2, 'plain', 1, 'stra\u00dfe', 'a'), ('2024-00-10', 1, concat('a', char(0), 'b'), 18446744073709551615, 'strasse', 'b'),
    ('2024-01-10', 0, 'canary of a value', 3, NULL, 'a')`,
  `INSERT INTO keyless VALUES ('x')`,
  `CREATE VIEW young AS SELECT id, born FROM zoo WHERE born > '2020-01-01'`,
  `CREATE PROCEDURE sweep_up() DELETE FROM zoo WHERE active = 99`,
  `CREATE FUNCTION doubled(n int) RETURNS int DETERMINISTIC RETURN n * 2`,
  `CREATE TRIGGER zoo_note BEFORE INSERT ON zoo FOR EACH ROW SET NEW.note = coalesce(NEW.note, 'empty')`,
  `CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM growth WHERE id < 0`,
];

const ROW = `INSERT INTO growth (content) VALUES (repeat('x', 50000))`;
const PAUSE_MS = 10;

describe.each(await hadServers())('$title', ({request, server}) => {
  test.skipIf(!server)(
    'objects, features, growth, statements, the type map with its losses, programs with their texts, refusals first, and how ready it is',
    async () => {
      if (!server) throw new Error('left out');
      const schema = `assessed_${randomBytes(6).toString('hex')}`;
      await using story = await openStory({
        name: 'assessed',
        tables: [`${schema}.*`],
        on: {source: {createDatabase: () => server.createDatabase(schema)}},
        plan: {source: {engine: request.flavour, url: 'env:STORY_SOURCE'}, schema: {kind: 'convert'}},
      });
      await story.source.run(...SCHEMA, ...Array.from({length: 3}, () => 'SELECT count(*) FROM zoo WHERE active = 1'));
      const growing = grow(story.source.url);
      const {code, output, error} = await story.type('assess', story.planFile, '--json', '--interval', '2s', '--target-disk', '900GiB');
      await growing.stop();
      expect(code, error).toBe(NO_GO);
      const report = JSON.parse(output) as Assessment;
      const countOf = (list: Assessment['features'], name: string): number => list.find((one) => one.name === name)?.count ?? 0;

      const objects = report.objects.map(({kind}) => kind);
      for (const kind of ['tables', 'indexes', 'views', 'triggers', 'procedures', 'functions', 'events']) expect(objects).toContain(kind);
      for (const name of [
        'AUTO_INCREMENT columns',
        'ENUM columns',
        'SET columns',
        'generated columns',
        'columns with ON UPDATE',
        'FULLTEXT indexes',
        'checks',
      ])
        expect([name, countOf(report.features, name)]).toEqual([name, expect.toSatisfy((count: number) => count > 0)]);
      for (const name of ['TINYINT(1) columns', 'BIGINT UNSIGNED columns', 'indexes over the start of a column', 'partitioned tables'])
        expect([name, countOf(report.features, name)]).toEqual([name, expect.toSatisfy((count: number) => count > 0)]);
      expect(report.scope).toMatchObject({tables: 4, withoutKey: 1});
      expect(report.tables.map(({name, key}) => [name.slice(schema.length + 1), key])).toEqual([
        ['growth', ['id']],
        ['keyless', []],
        ['parted', ['id']],
        ['zoo', ['id']],
      ]);
      expect(report.growth.bytesPerMonth).toBeGreaterThan(0);
      expect(report.growth.logBytesPerHour).toBeGreaterThan(0);
      expect(report.growth.monthsUntilTargetIsFull).toEqual(expect.any(Number));
      expect(report.estimate.diskBytes).toBeGreaterThan(0);

      const typeOf = (column: string) => report.conversion?.types.find((one) => one.table.endsWith('.zoo') && one.column === column);
      const rowsOf = (column: string, what: string) => typeOf(column)?.losses.find((loss) => loss.what.includes(what))?.rows;
      expect([rowsOf('born', 'H-39'), rowsOf('note', 'H-48'), rowsOf('note', 'H-47')]).toEqual(['2', '1', '0']);
      expect(typeOf('active')?.otherLosses).toEqual([{type: 'boolean', what: expect.stringContaining('H-44'), becomes: 'true', rows: '1'}]);
      expect(typeOf('many')?.otherLosses).toEqual([expect.objectContaining({type: 'bigint', rows: '1'})]);

      const found = report.findings.map(({severity, object}) => `${severity} ${object.replaceAll(`${schema}.`, '')}`);
      for (const refused of ['keyless', 'zoo.born', 'zoo.note', 'index zoo.mail', 'trigger zoo_note on zoo'])
        expect(found).toContain(`refuse ${refused}`);
      const severities = report.findings.map(({severity}) => ['refuse', 'warn', 'info'].indexOf(severity));
      expect(severities).toEqual(severities.toSorted((a, b) => a - b));

      const texts = Object.fromEntries(report.programs.map(({kind, text}) => [kind, text]));
      expect(Object.keys(texts).toSorted()).toEqual(['event', 'function', 'procedure', 'trigger', 'view']);
      expect(texts['procedure']).toMatch(/DELETE FROM zoo/i);
      expect(texts['trigger']).toMatch(/coalesce\(NEW\.note, 'empty'\)/i);
      expect(report.conversion?.left.map(({object}) => object)).toContain(`procedure ${schema}.sweep_up`);

      expect(report.readiness.isReady).toBe(false);
      const answers = Object.fromEntries(report.readiness.checks.map(({question, isReady}) => [question, isReady]));
      expect(answers).toMatchObject({
        'does nothing stand in the way': false,
        'has every table a key': false,
        'are the key indexes sound': null,
        'would the fence get its turn at once': expect.any(Boolean), // other stories have open transactions on this server
        'do clients get to the target': true,
      });
      if ((await story.source.value('SELECT @@global.performance_schema')) === '1')
        expect(report.statements?.map(({query}) => query)).toContainEqual(expect.stringMatching(/FROM [`]?zoo[`]? WHERE/i));
      else expect(report.statementsNotRecorded).toContain('performance_schema is off');
      expect(JSON.stringify(report)).not.toContain('canary');

      const words = await story.type('assess', story.planFile, '--interval', '10ms', '--no-counts');
      expect(words.output).toMatch(
        /in scope +4 tables[\s\S]*1 WITHOUT KEY[\s\S]*features +[\s\S]*keyless .*NO KEY[\s\S]*programs +5 beside[\s\S]*REFUSED[\s\S]*cutover +NOT READY[\s\S]*NO +has every table a key: without: /,
      );
    },
  );

  test.skipIf(!server)('an account that may see little is told what it is not shown, and by which grant', async () => {
    if (!server) throw new Error('left out');
    await using database = await mysqlDatabase(server);
    await database.run('CREATE TABLE one (id int PRIMARY KEY)');
    const account = await newAccount(database);
    await database.run(`GRANT SELECT ON \`${database.name}\`.* TO ${account.name}`);
    await using story = await openStory({
      name: 'half-blind',
      tables: [`${database.name}.*`],
      on: {source: server},
      plan: {source: {engine: request.flavour, url: 'env:STORY_SOURCE'}, schema: {kind: 'convert'}},
    });
    const plan = story.writePlan('blind.yaml', {source: {engine: request.flavour, url: story.secret(account.url)}});
    const {output} = await story.type('assess', plan, '--json', '--interval', '10ms');
    const report = JSON.parse(output) as Assessment;
    expect(report.tables).toHaveLength(1);
    expect(report.statements).toBeNull();
    expect(report.statementsNotRecorded).toMatch(/performance_schema (is off|may not be read: GRANT SELECT ON performance_schema)/);
    const turn = report.readiness.checks.find(({question}) => question.includes('fence'));
    expect(turn).toMatchObject({isReady: null, evidence: expect.stringContaining('GRANT PROCESS ON *.* TO')});
  });
});

/** Rows all the while, by a client of their own. */
function grow(url: string): {stop(): Promise<void>} {
  let isOver = false;
  const growing = (async () => {
    const own = await storyDatabase(url);
    while (!isOver) {
      await own.run(ROW);
      await sleep(PAUSE_MS);
    }
    await own.close();
  })();
  return {
    stop: async () => {
      isOver = true;
      await growing;
    },
  };
}
