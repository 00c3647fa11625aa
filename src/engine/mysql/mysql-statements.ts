/** What this engine sends, to be read beforehand: `engine/statements.ts`. Every text is that of the act itself. */
import type {Side} from '../../model/side.ts';
import type {MigrationRef} from '../engine.ts';
import type {Statements} from '../statements.ts';
import {announcing} from './mysql-announce.ts';
import {announcedAlter} from './mysql-announced-changes.ts';
import {announcedClients, announcedControl, announcedFence, announcedTokens} from './mysql-announced-control.ts';
import {announcedCompare, announcedSource, announcedTarget} from './mysql-announced-rows.ts';
import {announcedSchema} from './mysql-announced-schema.ts';
import type {FlavourName} from './mysql-flavour.ts';

export const mysqlStatements =
  (flavour: FlavourName) =>
  (side: Side, migration: MigrationRef): Statements => {
    const announce = announcing(side);
    return {
      control: announcedControl(announce, migration),
      fence: announcedFence(announce, migration, flavour),
      source: announcedSource(announce, migration, flavour),
      target: announcedTarget(announce, migration),
      clients: announcedClients(announce),
      tokens: announcedTokens(announce),
      compare: announcedCompare(announce, migration),
      schema: announcedSchema(announce, migration),
      alter: announcedAlter(announce, migration),
    };
  };
