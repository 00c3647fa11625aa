import {describe, expect, it} from 'vitest';
import {DatabaseUrl} from '../../model/database-url.ts';
import {recordingEffects} from '../../../test/support/effects.ts';
import {connectionError, isPassing, statementError} from './mysql-errors.ts';
import {notComputed} from './mysql-fill.ts';

const said = (errno: number, message = 'x'): Error => Object.assign(new Error(message), {errno, code: 'ER_X', sqlState: 'HY000'});
const network = (code: string): Error => Object.assign(new Error(code), {errno: -104, code, fatal: true});
const options = {
  url: new DatabaseUrl('mysql://me:hunter2@db/shop'),
  side: 'source',
  migration: {id: 'm', short: 'm', name: 'm'},
  effects: recordingEffects(),
} as const;

describe('what the server says', () => {
  it.each([
    ['a deadlock', said(1213), true],
    ['a lock that was waited for too long', said(1205), true],
    ['a row that is newer than the snapshot, of MariaDB', said(1020), true],
    ['somebody ended the statement', said(1317), true],
    ['the server is stopping', said(1053), true],
    ['somebody ended the session, of MariaDB', said(1927), true],
    ['the session was idle for too long, of MySQL', said(4031), true],
    ['the connection broke', network('ECONNRESET'), true],
    ['the connection ended', network('PROTOCOL_CONNECTION_LOST'), true],
    ['a session that is gone already', new Error("Can't add new command when connection is in closed state"), true],
    ['a duplicate key', said(1062), false],
    ['a column that is not there', said(1054), false],
    ['a server that is read-only', said(1290), false],
    ['a bug of ours', new Error('x is not a function'), false],
  ])('%s: passing is %s', (_, error, passing) => {
    expect(isPassing(error)).toBe(passing);
  });

  it.each([
    [said(1142), 'CF-GRANT-001'],
    [said(1227), 'CF-GRANT-001'],
    [said(1114), 'CF-DISK-002'],
    [said(1030, 'Got error 28 "No space left on device" from storage engine InnoDB'), 'CF-DISK-002'],
    [said(1412), 'CF-DDL-001'],
    [network('PROTOCOL_CONNECTION_LOST'), 'CF-CONN-004'],
  ])('a statement: %s', (error, code) => {
    expect(statementError(error, 'work', 'source')).toMatchObject({code, cause: error});
  });

  it('an error that means nothing special goes up as it is', () => {
    const error = said(1030, 'Got error 168 from storage engine');
    expect(statementError(error, 'work', 'source')).toBe(error);
  });

  it.each([
    [said(1045), 'CF-CONN-002'],
    [said(1049), 'CF-CONN-002'],
    [said(4151), 'CF-CONN-002'],
    [said(3159), 'CF-CONN-003'],
    [network('HANDSHAKE_NO_SSL_SUPPORT'), 'CF-CONN-003'],
    [network('ERR_TLS_CERT_ALTNAME_INVALID'), 'CF-CONN-003'],
    [network('ECONNREFUSED'), 'CF-CONN-001'],
    [said(1040), 'CF-CONN-001'],
  ])('a connection: %s, and the password is not in it', (error, code) => {
    const found = connectionError(error, options);
    expect(found).toMatchObject({code});
    expect(found.message).not.toContain('hunter2');
  });
});

it('a value of a row in it is left out', () => {
  const message = `Truncated incorrect INTEGER value: '12 secret'`;
  expect(notComputed('pieces of shop.orders', said(1292, message)).message).toBe(
    `pieces of shop.orders cannot be computed for some row: Truncated incorrect INTEGER value: '...'`,
  );
});
