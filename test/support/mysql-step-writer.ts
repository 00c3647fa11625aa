/** A version of an application that does its steps again and again, one after another, until it is stopped. */
import mysql from 'mysql2/promise';
import {loginOf} from './mysql-process.ts';

export type StepWriter = {
  /** Rejects when a step failed; answers how many rounds there were. */
  stop(): Promise<number>;
};

/** `step`: one round, by its number. */
export async function startStepWriter(
  url: string,
  step: (connection: mysql.Connection, round: number) => Promise<void>,
): Promise<StepWriter> {
  const connection = await mysql.createConnection(loginOf(url));
  let [written, isOver] = [0, false];
  const running = (async () => {
    for (; !isOver; written++) await step(connection, written);
  })();
  running.catch(() => undefined); // rethrown by stop
  return {
    stop: async () => {
      isOver = true;
      try {
        await running;
      } finally {
        await connection.end();
      }
      return written;
    },
  };
}
