/** An application of PostgreSQL. */
import {hash} from 'node:crypto';
import pg from 'pg';
import {tortureColumns} from '../support/torture-table.ts';
import type {Dialect} from './writes.ts';

const [firstType] = tortureColumns;

export const postgresDialect: Dialect = {
  connect: async (url) => {
    const client = new pg.Client(url);
    await client.connect();
    return client;
  },
  itemSets: (n, text) => [
    `customer = customer + 1, label = 'label ${text}'`,
    `price = ${n}.25, seen = seen + interval '1 second', flag = NOT flag`,
    `made = made + interval '1 minute', doc = doc || '{"n": ${n}}', amount = ${n}`,
    `raw = decode('${text}', 'hex'), tags = ARRAY['${text}', NULL], body = substr(body, 2) || 'x'`,
  ],
  newItem: (text) => `1, 'label ${text}', '', 1, 1, 0, now(), now(), 'c', 'word', 'short', true, '', '{}', '{}'`,
  aSecondLater: `made + interval '1 second'`,
  letter: (place) => `L${String(place % 500).padStart(6, '0')}`,
  token: (n) => {
    const id = hash('md5', `token ${n}`).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    return {id, literal: `'${id}'`};
  },
  tortureSet: (n) => `"${firstType?.name.replaceAll('"', '""')}" = ${n}`,
};
