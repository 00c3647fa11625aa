/**
 * Every act of a side's facets once, as a whole migration comes to them, with what each of them announces: the side sends
 * `item`, and receives into `copy`. Whoever walks has only an account's rights, and the server writes down what it is asked.
 */
import type {Database, MigrationRef, Statement} from '../../src/engine/engine.ts';
import {mariadbEngine, mysqlEngine} from '../../src/engine/mysql/mysql-engine.ts';
import type {Table} from '../../src/model/table.ts';
import {type HadServer, type MysqlDatabase, optionsFor} from './mysql-databases.ts';
import {loginOf} from './mysql-process.ts';
import {compared, EPOCH, NEVER, received, sent} from './mysql-walk-rows.ts';

export const WALKED_SCHEMA = ['item', 'copy'].map(
  (name) =>
    `CREATE TABLE ${name} (id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, word varchar(40) COLLATE utf8mb4_bin, at datetime(3), size int AS (char_length(word)) STORED)`,
);
/** More than one range. */
export const WALKED_ROWS = `INSERT INTO item (word, at) WITH RECURSIVE i AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM i WHERE n < 1000) SELECT concat('w', i.n), now(3) FROM i, (SELECT 1 UNION SELECT 2) twice`;

export type Act = {
  readonly name: string;
  run(side: Database): Promise<unknown>;
  readonly announced?: Promise<readonly Statement[]> | undefined;
};

export type Walk = {readonly acts: readonly Act[]; readonly side: Database};

type Walker = {
  readonly had: HadServer;
  readonly database: MysqlDatabase;
  /** Of the account that walks. */
  readonly url: string;
  readonly migration: MigrationRef;
  /** An account of the application, `user@host`. */
  readonly application: string;
  /** A client in the way, that has written to `item`; the number of its session. */
  standInTheWay(): Promise<number>;
};

const BUDGET_MS = 60_000;

/** One after the other; whoever cannot go on is named. */
export async function takeWalk({acts, side}: Walk): Promise<void> {
  for (const {name, run} of acts)
    await run(side).catch((error: unknown) => {
      throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, {cause: error});
    });
  await side.close();
}

/** The tables are asked for by the account itself. */
export async function openWalk(walker: Walker): Promise<Walk> {
  const {had, database, migration} = walker;
  const engine = had.request.flavour === 'mysql' ? mysqlEngine : mariadbEngine;
  const url = Object.assign(new URL(walker.url), {pathname: `/${loginOf(database.url).database}`}).href;
  const side = engine.open(optionsFor(url, {migration}));
  const [copy, item] = await side.catalog.tables({tables: [`${database.name}.*`], exclude: []});
  if (!copy || !item) throw new Error('the tables are there');
  const large = {...item, estimatedBytes: 2000, estimatedRows: 2000};
  return {side, acts: actsOf({...walker, side, item: large, copy, says: engine.statements?.('source', migration)})};
}

export type Walking = Walker & {
  readonly side: Database;
  readonly item: Table;
  readonly copy: Table;
  readonly says: ReturnType<NonNullable<typeof mysqlEngine.statements>> | undefined;
};

const actsOf = (walking: Walking): readonly Act[] => [
  ...begun(walking),
  ...sent(walking),
  ...received(walking),
  ...compared(walking),
  ...closed(walking),
  ...ended(walking),
];

const begun = ({side, item, copy, says, migration}: Walking): readonly Act[] => {
  const text = `CREATE TABLE ${item.name.schema}.made (id int PRIMARY KEY, n int);\nCREATE INDEX made_n ON ${item.name.schema}.made (n);`;
  const tried = {
    preData: [`USE ${item.name.schema}`, 'CREATE TABLE tried (id int PRIMARY KEY)'].map((sql) => ({
      object: 'tried',
      sql,
      roles: [],
      isOptional: false,
    })),
    postData: [],
  };
  return [
    {name: 'findings', run: () => side.catalog.findings('source', [item, copy])},
    {name: 'inventory', run: () => side.catalog.inventory([item])},
    {name: 'convertible', run: async () => [await side.convertible?.read([item]), await side.convertible?.count(item.name, ['id > 3'])]},
    {
      name: 'storage',
      run: async () => [await side.storage?.disks(), await side.storage?.tableSizes([item.name]), await side.storage?.logBytesMax()],
    },
    {name: 'activity', run: async () => side.activity?.look()},
    {name: 'install', run: () => side.control.install(), announced: says?.control.install()},
    {
      name: 'lease',
      run: async () => {
        await side.control.lock('walk');
        await side.control.raiseEpoch(EPOCH, 'walk');
      },
      announced: says?.control.lease(),
    },
    {
      name: 'journal and route',
      run: async () => {
        await side.control.mirror([{seq: 1, hash: 'x', body: '{}'}], EPOCH);
        await side.control.replaceMirror(await side.control.mirrored());
        await side.control.writeRoute({epoch: EPOCH, side: 'source', state: 'open', holdMs: undefined, readPercent: 0});
        return [await side.control.readRoute(), await side.control.known(), await side.control.holder(), await side.control.history?.()];
      },
    },
    {name: 'nonEmpty', run: () => side.target.nonEmpty([copy]), announced: says?.target.nonEmpty([copy])},
    {
      name: 'runSchemaFile',
      run: () => side.target.runSchemaFile(`${migration.short}.sql`, text, NEVER),
      announced: says?.target.runSchemaFile(text),
    },
    {
      name: 'schema',
      run: async () => {
        await side.schema?.read([copy]);
        await side.schema?.tryOut(tried, NEVER);
        await side.schema?.keep('pre-data', JSON.stringify(await side.schema.forbidden([copy])));
        return [await side.schema?.kept('pre-data'), await side.schema?.isBegun('walk')];
      },
      announced: says?.schema?.tryOut(tried),
    },
    {name: 'closeFromStart', run: () => side.fence.closeFromStart([copy]), announced: says?.fence.closeFromStart([copy])},
  ];
};

const closed = ({side, item, says, application, standInTheWay}: Walking): readonly Act[] => [
  {name: 'open', run: () => side.fence.open(EPOCH), announced: says?.fence.open()},
  {
    name: 'tokens',
    run: async () => {
      await side.tokens?.allow(application);
      return side.tokens?.tokens(1);
    },
    announced: says?.tokens.allow(application),
  },
  {name: 'arm', run: async () => side.fence.arm?.([item], 0), announced: says?.fence.arm?.([item], 0)},
  {
    name: 'blockers',
    run: async () => {
      const process = await standInTheWay();
      const blockers = await side.clients.blockers([item], []);
      if (!blockers.some((one) => one.process === process)) throw new Error(`not found: ${JSON.stringify(blockers)}`);
      if ((await side.clients.end(blockers)).length !== 1) throw new Error('not ended');
    },
    announced: says?.clients.end(),
  },
  {name: 'rights', run: async () => [await side.clients.rights([application], [item]), await side.clients.sessions([application])]},
  {
    name: 'raise',
    run: () => side.fence.raise({tables: [item], attempt: 1001, epoch: EPOCH, budgetMs: BUDGET_MS, marker: 'the walk'}),
    announced: says?.fence.raise([item], BUDGET_MS),
  },
  {name: 'commit', run: async () => [await side.fence.commit(1001, EPOCH), await side.fence.rows()], announced: says?.fence.commit()},
  {name: 'release', run: () => side.fence.release(1002), announced: says?.fence.release()},
  {
    name: 'clean',
    run: async () => {
      await side.fence.open(EPOCH);
      await side.fence.clean([item]);
    },
    announced: says?.fence.clean([item]),
  },
];

const ended = ({side, item, copy, says}: Walking): readonly Act[] => [
  {name: 'empty', run: () => side.target.empty([copy]), announced: says?.target.empty([copy])},
  {name: 'dropSchema', run: () => side.target.dropSchema(), announced: says?.target.dropSchema()},
  {name: 'dropStream', run: () => side.source.dropStream('forward'), announced: says?.source.dropStream('forward')},
  {name: 'remove fence', run: () => side.fence.remove([item, copy]), announced: says?.fence.remove([item, copy])},
  {
    name: 'remove',
    run: async () => {
      await side.control.finish();
      await side.control.remove();
    },
    announced: says?.control.remove(),
  },
];
