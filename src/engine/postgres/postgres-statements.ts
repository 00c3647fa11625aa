/** What this engine sends, to be read beforehand: `engine/statements.ts`. Every text is that of the act itself. */
import type {Side} from '../../model/side.ts';
import type {MigrationRef} from '../engine.ts';
import type {Statements} from '../statements.ts';
import {announcing} from './postgres-announce.ts';
import {announcedAlter, announcedSchema} from './postgres-announced-changes.ts';
import {announcedClients, announcedControl, announcedFence, announcedTokens} from './postgres-announced-control.ts';
import {announcedCompare, announcedSource, announcedTarget} from './postgres-announced-rows.ts';

export const postgresStatements = (side: Side, migration: MigrationRef): Statements => {
  const announce = announcing(side);
  return {
    control: announcedControl(announce, migration),
    fence: announcedFence(announce, migration),
    source: announcedSource(announce, migration),
    target: announcedTarget(announce, migration),
    clients: announcedClients(announce),
    tokens: announcedTokens(announce),
    compare: announcedCompare(announce),
    schema: announcedSchema(announce, migration),
    alter: announcedAlter(announce, migration),
  };
};
