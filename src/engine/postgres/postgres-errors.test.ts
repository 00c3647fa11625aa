import {expect, test} from 'vitest';
import {statementError} from './postgres-errors.ts';

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
