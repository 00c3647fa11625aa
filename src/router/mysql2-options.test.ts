import {expect, test} from 'vitest';
import {sideOptions} from './mysql2-options.ts';

const VERIFIED = {rejectUnauthorized: true, verifyIdentity: true};

test.each([
  ['a server elsewhere', 'mysql://app:x@db.example.org/shop', VERIFIED],
  ['this machine', 'mysql://app:x@127.0.0.1:3307/shop', undefined],
  ['an address in brackets of this machine', 'mysql://app:x@[::1]/shop', undefined],
  ['a socket', 'mysql://app:x@db.example.org/shop?socketPath=/run/mysqld.sock', undefined],
  ['switched off on purpose', 'mysql://app:x@db.example.org/shop?ssl-mode=DISABLED', undefined],
  ['a weaker word than ours', 'mysql://app:x@db.example.org/shop?ssl-mode=PREFERRED', VERIFIED],
  ['a host in options', {host: 'db.example.org', user: 'app'}, VERIFIED],
  ['a host of this machine in options', {host: '::1'}, undefined],
  ['an authority of their own', {host: 'db.example.org', ssl: {ca: 'C'}}, {ca: 'C', verifyIdentity: true}],
  ['a profile', {host: 'db.example.org', ssl: 'Amazon RDS'}, 'Amazon RDS'],
])('%s', (_, address, ssl) => {
  expect(sideOptions(address).ssl).toEqual(ssl);
});

test('a word that the driver does not know stays away from it, and the others reach it', () => {
  const {uri} = sideOptions('mysql://app:x@db.example.org/shop?ssl-mode=DISABLED&dateStrings=true');
  expect(uri).toBe('mysql://app:x@db.example.org/shop?dateStrings=true');
});

test('no certificate can be compared with a number', () => {
  expect(() => sideOptions('mysql://app:x@10.0.0.7/shop')).toThrow('10.0.0.7 is a number');
  expect(() => sideOptions('mysql://app:x@10.0.0.7/shop?ssl-mode=DISABLED')).not.toThrow();
});

test.each([
  'mysql://a@127.0.0.1/b?multipleStatements=true',
  'mysql://a@127.0.0.1/b?flags=MULTI_STATEMENTS',
  {multipleStatements: true},
  {flags: ['MULTI_STATEMENTS']},
])('several statements in one text are refused', (address) => {
  expect(() => sideOptions(address)).toThrow('one statement at a time');
});

test('a flag that is taken away is none that is given', () => {
  expect(() => sideOptions({flags: ['-MULTI_STATEMENTS'], multipleStatements: false})).not.toThrow();
});
