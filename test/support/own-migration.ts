/** Slots belong to the server, which tests share: a migration whose names nobody else has. */
import {randomUUID} from 'node:crypto';

export const ownMigration = (): {readonly id: string; readonly short: string; readonly name: string} => {
  const id = randomUUID();
  return {id, short: id.slice(0, 8), name: 'test'};
};
