/** How the values of one column go from the sending side to the receiving one while they are copied: as bytes where nothing has to be done. */
import type {Value} from './change.ts';

export type Carried = {
  /** What a text of the sending side becomes. Throws where it must not travel. Pure. */
  carry(value: Value): Value;
  /** The texts among them that need none of this. */
  readonly kept?: KeptText;
};

export type KeptText = {
  /** Whether the text with this UTF-8 means to the receiving server, with the suffix behind it, what `carry` makes of it. */
  fits(utf8: Uint8Array): boolean;
  readonly suffix?: string;
};
