/** The pairs of engines of a campaign, by the name of the flag `--pair`; the first is the usual one. */
import type {PairName} from './dialects.ts';
import {mysqlPair} from './mysql-pair.ts';
import type {CampaignPair} from './pair.ts';
import {postgresPair} from './postgres-pair.ts';

export const pairs: Readonly<Record<PairName, CampaignPair>> = {
  'postgres-postgres': postgresPair,
  'mysql-postgres': mysqlPair,
};
