/** What a column of one engine can become on another one, and what becomes of its values: the two forms that all pairs use. */
import type {KeptText} from '../model/carried.ts';
import type {Value} from '../model/change.ts';

/** `Name`: of the pair's conversions. */
export type TypeChoice<Name extends string> = {
  /** As the catalogue of the target prints it. `enum` stands for a type that is made for the column. */
  readonly type: string;
  readonly conversion: Name;
  readonly losses: readonly Loss[];
  /** A condition on the column that keeps out what the source could not hold: a CHECK of the target. */
  readonly check?: (column: string) => string;
  /** What the target can hold beyond that, in words: such a value ends the way back. */
  readonly stops?: string;
  /** Taken only where the plan declares it. */
  readonly isByPlanOnly?: true;
};

export type Loss = {
  /** Also the word in reports: `zero dates`. */
  readonly what: string;
  /** SQL of the source about the column `c`, true for the rows that are meant; undefined: no SQL can tell, each is met when it travels. */
  readonly where: ((c: string) => string) | undefined;
  /** What such a value is on the target where the plan allows loss. */
  readonly becomes: string;
};

export type Conversion = {
  forward(text: string): Value;
  /** Throws CF-MAP-003 for what the source has no place for. */
  reverse(text: string): Value;
  /** Whether two texts of one side are one value; absent: when they are equal. */
  isSame?(a: string, b: string): boolean;
  /** Texts that the target reads as they are, and that come back. */
  readonly kept?: KeptText;
};
