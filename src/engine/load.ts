import type {Position} from '../model/position.ts';

/** How much a server has to do for everybody. Asked by throttles every second or so; nothing about the data rests on it. */
export interface Load {
  /** How many connections clients have, and how many they may have. */
  connections(): Promise<{readonly used: number; readonly max: number}>;
  /** Statements that other roles than ours have ended since the server began to count. Throws where it does not count them. */
  statements(): Promise<{readonly count: number; readonly totalMs: number}>;
  /** Up to where the log is written that replicas follow. */
  written(): Promise<Position>;
  /** Of a replica: up to where it has followed. Throws on a server that follows nobody. */
  followed(): Promise<Position>;
  /** Those that follow this server now, as far as it tells how far they are; absent where it does not know. */
  followers?(): Promise<readonly {readonly name: string; readonly followed: Position | undefined}[]>;
}
