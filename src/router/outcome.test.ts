import {expect, test} from 'vitest';
import {isFenceRefusal, markUncommitted, mayBeClosedSide, NotConnected, outcomeOf, TransactionAborted} from './outcome.ts';

const serverError = (code: string, message = 'x', severity = 'ERROR'): Error => Object.assign(new Error(message), {code, severity});

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
])('%s', (_, error, outcome) => {
  expect(outcomeOf(error)).toBe(outcome);
});

test('whatever ends a transaction before COMMIT was sent is a failure', () => {
  const error = new Error('Connection terminated unexpectedly');
  markUncommitted(error);
  expect(outcomeOf(error)).toBe('failed');
});

test('only the fence is taken for the fence', () => {
  expect(isFenceRefusal(serverError('25006', 'crossfade: shop.orders is closed'))).toBe(true);
  expect(isFenceRefusal(serverError('25006', 'cannot execute INSERT in a read-only transaction'))).toBe(false);
  expect(isFenceRefusal(serverError('P0001', 'crossfade: x'))).toBe(false);
});

test('taken grants and refused logins may mean a closed side', () => {
  expect(mayBeClosedSide(serverError('42501'))).toBe(true);
  expect(mayBeClosedSide(new NotConnected('x'))).toBe(true);
  expect(mayBeClosedSide(serverError('23505'))).toBe(false);
});
