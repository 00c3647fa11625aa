/** The pairs of engines that can be swept, by the name of the flag `--pair`; the first is the usual one. */
import {openKafkaWorld} from './kafka-world.ts';
import {openMysqlWorld} from './mysql-world.ts';
import {openWorld, type World} from './world.ts';

export const worlds = {
  'postgres-postgres': openWorld,
  'mysql-postgres': openMysqlWorld,
  'postgres-kafka-postgres': openKafkaWorld,
} satisfies Record<string, (durable: boolean, seed: number) => Promise<World>>;

export type WorldName = keyof typeof worlds;
