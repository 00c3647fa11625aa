import {expect, test} from 'vitest';
import {writeDatabaseLine} from './pgbouncer-config.ts';

const FILE = `; shop = host=commented.out
[databases]
other = host=one
shop = host=old port=5432 dbname=shop pool_size=20 user='it''s me'   
"odd name"=host=two

[pgbouncer]
shop = no database
pool_mode = transaction
;pool_mode = session
`;
const ADDRESS = {host: '10.0.0.2', port: '6000', database: 'shop new'};

test('only the address changes, and only in the line of that database', () => {
  const written = writeDatabaseLine(FILE, 'shop', ADDRESS);
  const changed = `shop = host=10.0.0.2 port=6000 dbname='shop new' pool_size=20 user='it''s me'`;
  expect(written?.split('\n').filter((line, index) => line !== FILE.split('\n')[index])).toEqual([changed]);
  expect(writeDatabaseLine(written ?? '', 'shop', ADDRESS)).toBe(written);
});

test('missing parts are added, quoted names are found, and no line is no answer', () => {
  expect(writeDatabaseLine(FILE, 'odd name', ADDRESS)).toContain(`"odd name" = host=10.0.0.2 port=6000 dbname='shop new'\n`);
  expect(writeDatabaseLine(FILE, 'absent', ADDRESS)).toBeUndefined();
  expect(writeDatabaseLine(FILE, 'pool_mode', ADDRESS)).toBeUndefined();
});
