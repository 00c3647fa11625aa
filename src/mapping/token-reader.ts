/** Tokens of an expression taken one after the other, whichever engine has printed it. */

/** What is not read, or not known: whoever asked says so by name, with the text. */
export class NotUnderstood extends Error {}

type Word = {readonly kind: string; readonly text: string};
type End = {readonly kind: 'end'; readonly text: string};

export class TokenReader<Token extends Word> {
  #at = 0;
  readonly #tokens: readonly Token[];

  constructor(all: readonly Token[]) {
    this.#tokens = all;
  }

  get next(): Token | End {
    return this.#tokens[this.#at] ?? {kind: 'end', text: 'the end'};
  }
  take(): Token | End {
    const token = this.next;
    this.#at++;
    return token;
  }
  /** Takes the words or the sign if they come next. */
  accept(...texts: readonly string[]): boolean {
    const fits = texts.every((text, i) => isPlain(this.#tokens[this.#at + i], text));
    if (fits) this.#at += texts.length;
    return fits;
  }
  expect(what: string): void {
    if (!this.accept(what)) throw new NotUnderstood(`${what} was expected at ${this.next.text}`);
  }
}

/** A word or a sign, and not a name in quotes. */
export const isPlain = (token: Word | undefined, text: string): boolean =>
  (token?.kind === 'word' || token?.kind === 'sign') && token.text === text;
