import {expect, test} from 'vitest';
import {isPassing, statementError} from './postgres-errors.ts';

const serverError = (code: string): Error => Object.assign(new Error('permission denied for table t'), {code});

test('a missing grant says where to find it, and any other error stays what it is', () => {
  expect(statementError(serverError('42501'), 'copy', 'source')).toMatchObject({
    code: 'CF-GRANT-001',
    message: 'copy: permission denied for table t',
    next: expect.stringContaining('doctor'),
  });
  const other = serverError('55P03');
  expect(statementError(other, 'copy', 'source')).toBe(other);
});

test.each([serverError('57P01'), serverError('ECONNRESET'), new Error('Connection terminated unexpectedly')])(
  'a session that is gone is told as such: %s',
  (cause) => {
    const told = statementError(cause, 'work', 'target');
    expect(told).toMatchObject({name: 'TransientError', code: 'CF-CONN-004', cause, next: 'crossfade resume'});
    expect(isPassing(told)).toBe(true);
    // What went through here already is not told twice.
    expect(statementError(told, 'work', 'target')).toBe(told);
  },
);

test('a label that the other side does not know is told, for somebody has to make it', () => {
  const refused = Object.assign(new Error('invalid input value for enum post.kind: "card"'), {code: '22P02'});
  expect(statementError(refused, 'apply', 'target')).toBe(refused);
});

test('a value that the server refuses is not repeated, its place is (H-93)', () => {
  const refused = Object.assign(new Error('invalid input syntax for type integer: "ann "the" canary\nsmith"'), {
    code: '22P02',
    where: 'COPY people, line 7, column age: "ann canary"\nSQL statement "SELECT \'canary\'"',
  });
  const told = statementError(refused, 'load', 'target');
  expect(told).toMatchObject({
    message: 'invalid input syntax for type integer: "..."; COPY people, line 7, column age: "..."',
    code: '22P02',
  });
  const placeless = Object.assign(new Error('value "canary" is out of range'), {code: '22003', where: undefined});
  expect(statementError(placeless, 'apply', 'target')).toMatchObject({message: 'value "..." is out of range'});
  expect(JSON.stringify([told, (told as Error).stack, (told as Error).cause])).not.toContain('canary');
});
