import {expect, test} from 'vitest';
import {endedBy} from './postgres-activity.ts';

test('a session is ended by its process, and a prepared transaction by its name, whatever that holds', () => {
  expect(endedBy(7, '')).toBe('SELECT pg_terminate_backend(7)');
  expect(endedBy(undefined, "it's")).toBe("ROLLBACK PREPARED 'it''s'");
});
