import {describe, expect, it} from 'vitest';
import {hadServers, mysqlDatabase} from '../../../test/support/mysql-databases.ts';
import {columnUsers} from './mysql-old-shape.ts';

const SCHEMA = [
  'create table orders (id int primary key, note varchar(20), index by_note (note))',
  'create table notes (id int primary key, note varchar(20))',
  'create view listed as select note from orders',
  'create procedure listing() select note from orders',
];

describe.each(await hadServers())('$title', ({server}) => {
  it.skipIf(!server)('whoever uses a column is named; one of the same name in another schema is another one', async () => {
    await using database = await mysqlDatabase(server);
    await using elsewhere = await mysqlDatabase(server);
    const {name} = database;
    await database.run(...SCHEMA);
    await elsewhere.run(
      ...SCHEMA,
      'create trigger noted before insert on notes for each row set @note = (select note from orders limit 1)',
      `create view far as select note from ${name}.orders`,
      `create procedure reaching() select note from ${name}.orders`,
      `create trigger reached before insert on orders for each row set @note = (select note from ${name}.orders limit 1)`,
    );
    const old = {table: {schema: name, name: 'orders'}, column: 'note', goesWith: ['by_note']};
    expect((await columnUsers(database.session, old)).toSorted()).toEqual(
      [
        `procedure ${elsewhere.name}.reaching`,
        `procedure ${name}.listing`,
        `trigger ${elsewhere.name}.reached`,
        `view ${elsewhere.name}.far`,
        `view ${name}.listed`,
      ].toSorted(),
    );
  });
});
