/** What a database's own error says of the statement that got it. Told by its fields and not by its class, which exists once per copy of a driver. */
import {mysqlAnswer} from './mysql2-answer.ts';
import {isPartial} from './outcome-marks.ts';
import {pgAnswer} from './pg-answer.ts';

export type ServerAnswer = {
  /** `unknown`: it can come after the commit became durable. */
  readonly outcome: 'failed' | 'unknown';
  /** The fence of a closed side refused: a trigger raised it, so the statement was not executed. */
  readonly isFenceRefusal: boolean;
  /** What a side that was closed for good also answers: grants taken away, a server that is read only. Not executed either. */
  readonly mayBeClosed: boolean;
};

export const serverAnswer = (error: unknown): ServerAnswer | undefined =>
  error instanceof Error ? (pgAnswer(error) ?? mysqlAnswer(error)) : undefined;

export const isFenceRefusal = (error: unknown): boolean => !isPartial(error) && serverAnswer(error)?.isFenceRefusal === true;
