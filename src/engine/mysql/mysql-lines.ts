/** Bytes of lines as COPY reads them, in memory that grows. */
const [TAB, NEWLINE, RETURN, BACKSLASH] = [0x09, 0x0a, 0x0d, 0x5c];
const NULL = Buffer.from('\\N');
/** The backslash of `\x` is written as two. */
const HEX = Buffer.from('\\\\x');

/** What stands behind the backslash; 0: the byte needs none. No byte of a longer character of UTF-8 is one of these. */
const ESCAPED = new Uint8Array(256);
ESCAPED.set([0x74, 0x6e], TAB);
ESCAPED[RETURN] = 0x72;
ESCAPED[BACKSLASH] = BACKSLASH;

/** From here on it is worth to look first, and to let the system copy. */
const LONG = 32;
const isPlain = (value: Uint8Array): boolean => {
  const {length} = value;
  for (let i = 0; i < length; i++) if (ESCAPED[value[i] ?? 0] !== 0) return false;
  return true;
};

export class Lines {
  #bytes: Buffer;
  #at = 0;

  constructor(room: number) {
    this.#bytes = Buffer.allocUnsafe(room);
  }

  tab(): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = TAB;
  }

  newline(): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = NEWLINE;
  }

  null(): void {
    this.#reserve(NULL.length);
    this.#at += NULL.copy(this.#bytes, this.#at);
  }

  hex(value: Buffer): void {
    this.#reserve(HEX.length + 2 * value.length);
    this.#at += HEX.copy(this.#bytes, this.#at);
    this.#at += this.#bytes.write(value.toString('hex'), this.#at, 'latin1');
  }

  utf8(value: Uint8Array): void {
    this.#reserve(2 * value.length); // at worst each byte becomes two
    const bytes = this.#bytes;
    const {length} = value;
    let at = this.#at;
    if (length >= LONG && isPlain(value)) {
      bytes.set(value, at);
      this.#at += length;
      return;
    }
    // By index: an iterator takes several times as long, and this is where a load spends its time.
    for (let i = 0; i < length; i++) {
      const byte = value[i] ?? 0;
      const escaped = ESCAPED[byte] ?? 0;
      if (escaped !== 0) {
        bytes[at++] = BACKSLASH;
        bytes[at++] = escaped;
      } else bytes[at++] = byte;
    }
    this.#at = at;
  }

  /** What was written; nothing is written any more. */
  taken(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#bytes = grown;
  }
}
