import {hash} from 'node:crypto';
import mysql from 'mysql2/promise';
import {loginOf} from '../support/mysql-process.ts';
import type {Dialect} from './writes.ts';

/** An application of MySQL. Every number keeps a last digit, every time its fraction and every set its `b`: what may be lost has to be there. */
export const mysqlDialect: Dialect = {
  connect: async (url) => {
    const connection = await mysql.createConnection(loginOf(url));
    await connection.query(`SET SESSION time_zone = '+00:00'`);
    return connection;
  },
  itemSets: (n, text) => [
    `customer = customer + 1, label = 'label ${text}'`,
    `price = ${n}.25, seen = seen + INTERVAL 1 SECOND, flag = NOT flag`,
    `made = made + INTERVAL 1 MINUTE, doc = json_set(doc, '$.n', ${n}), amount = ${n}.0000000001`,
    `raw = X'${text}', tags = 'a${n % 7},b', body = concat(substr(body, 2), 'x')`,
  ],
  newItem: (text) => `1, 'label ${text}', '', 1, 1, 0, now(6), now(6), 'c', 'word', 'short', true, '', '{}', ''`,
  aSecondLater: 'made + INTERVAL 1 SECOND',
  letter: (place) => `${place % 2 ? 'L' : 'l'}${String(place % 500).padStart(6, '0')}`,
  token: (n) => {
    const hex = hash('sha256', `token ${n}`).slice(0, 32);
    return {id: `\\x${hex}`, literal: `X'${hex}'`};
  },
  tortureSet: (n) => `c0 = ${n}`,
};
