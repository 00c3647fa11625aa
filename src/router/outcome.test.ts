import {expect, test} from 'vitest';
import {mayBeClosedSide, NotConnected, outcomeOf, TransactionAborted} from './outcome.ts';
import {markPartial, markUncommitted} from './outcome-marks.ts';
import {isFenceRefusal} from './server-answer.ts';

const serverError = (code: string, message = 'x', severity = 'ERROR'): Error => Object.assign(new Error(message), {code, severity});
const mysqlError = (errno: number, sqlState: string, message = 'x'): Error =>
  Object.assign(new Error(message), {code: 'ER', errno, sqlState});

test.each([
  ['a server error of the statement', serverError('23505'), 'failed'],
  ['the fence', serverError('25006', 'crossfade: closed'), 'failed'],
  ['no connection', new NotConnected('x'), 'failed'],
  ['COMMIT that rolled back', new TransactionAborted('x'), 'failed'],
  ['a connection lost while a statement ran', new Error('Connection terminated unexpectedly'), 'unknown'],
  ['a socket error, which has a code but no severity', Object.assign(new Error('read'), {code: 'ECONNRESET'}), 'unknown'],
  ['a termination, which can come after the commit', serverError('57P01', 'terminating', 'FATAL'), 'unknown'],
  ['statement completion unknown', serverError('40003'), 'unknown'],
  ['connection failure told by the server', serverError('08006'), 'unknown'],
  ['not an error at all', 'text', 'unknown'],
  ['an error of MySQL', mysqlError(1062, '23000'), 'failed'],
  ['the fence of MySQL', mysqlError(1290, '25006', 'crossfade: closed'), 'failed'],
  ['a deadlock, which takes all of it back', mysqlError(1213, '40001'), 'failed'],
  ['a shutdown of MySQL', mysqlError(1053, '08S01'), 'unknown'],
  ['KILL QUERY, which can meet the wait of a commit', mysqlError(1317, '70100'), 'unknown'],
  ['a commit that failed half way', mysqlError(1180, 'HY000'), 'unknown'],
  ['a connection of mysql2 that was lost', Object.assign(new Error('lost'), {code: 'PROTOCOL_CONNECTION_LOST', fatal: true}), 'unknown'],
  ['a socket under mysql2', Object.assign(new Error('read'), {code: 'ECONNRESET', errno: -104}), 'unknown'],
])('%s', (_, error, outcome) => {
  expect(outcomeOf(error)).toBe(outcome);
});

test('whatever ends a transaction before COMMIT was sent is a failure', () => {
  const error = new Error('Connection terminated unexpectedly');
  markUncommitted(error);
  expect(outcomeOf(error)).toBe('failed');
});

test('what may have been carried out in part is neither without effect nor refused, whatever the server said of its end', () => {
  const errors = [
    mysqlError(1290, '25006', 'crossfade: closed'),
    mysqlError(1142, '42000'),
    new NotConnected('x'),
    new TransactionAborted('x'),
  ];
  for (const error of errors) {
    markPartial(error);
    expect([outcomeOf(error), isFenceRefusal(error), mayBeClosedSide(error)]).toEqual(['unknown', false, false]);
  }
});

test('only the fence is taken for the fence', () => {
  expect(isFenceRefusal(serverError('25006', 'crossfade: shop.orders is closed'))).toBe(true);
  expect(isFenceRefusal(serverError('25006', 'cannot execute INSERT in a read-only transaction'))).toBe(false);
  expect(isFenceRefusal(serverError('P0001', 'crossfade: x'))).toBe(false);
  expect(isFenceRefusal(mysqlError(1290, '25006', 'crossfade: writes to shop.item are closed on this side'))).toBe(true);
  expect(isFenceRefusal(mysqlError(1290, 'HY000', 'The MySQL server is running with the --read-only option'))).toBe(false);
  expect(isFenceRefusal(mysqlError(1020, 'HY000', `Record has changed since last read in table 'fence_attempt'`))).toBe(true);
  const since11 = (table: string) =>
    mysqlError(1020, 'HY000', `Record has changed since last read in table '${table}'; try restarting transaction`);
  expect([isFenceRefusal(since11('fence_attempt')), isFenceRefusal(since11('item'))]).toEqual([true, false]);
  expect(isFenceRefusal(mysqlError(1020, 'HY000', `Record has changed since last read in table 'item'`))).toBe(false);
});

test('taken grants and refused logins may mean a closed side', () => {
  expect(mayBeClosedSide(serverError('42501'))).toBe(true);
  expect(mayBeClosedSide(new NotConnected('x'))).toBe(true);
  expect(mayBeClosedSide(serverError('23505'))).toBe(false);
  for (const errno of [1044, 1142, 1143, 1370, 1290, 1836]) expect(mayBeClosedSide(mysqlError(errno, '42000'))).toBe(true);
  expect(mayBeClosedSide(mysqlError(1062, '23000'))).toBe(false);
});
