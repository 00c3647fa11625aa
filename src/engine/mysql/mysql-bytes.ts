/** Reads a piece of the server's protocol from front to back. What would lie past its end is an error, never a value. */
export class Bytes {
  readonly #buffer: Buffer;
  #at: number;
  readonly #end: number;

  constructor(buffer: Buffer, at = 0, end = buffer.length) {
    this.#buffer = buffer;
    this.#at = at;
    this.#end = end;
  }

  get left(): number {
    return this.#end - this.#at;
  }

  #advance(bytes: number): number {
    if (bytes < 0 || bytes > this.left) throw new RangeError(`${bytes} bytes are wanted where ${this.left} are left`);
    const at = this.#at;
    this.#at += bytes;
    return at;
  }

  /** At most six bytes, the lowest first. */
  uint(bytes: number): number {
    return this.#buffer.readUIntLE(this.#advance(bytes), bytes);
  }
  int(bytes: number): number {
    return this.#buffer.readIntLE(this.#advance(bytes), bytes);
  }
  /** At most six bytes, the highest first. */
  uintBig(bytes: number): number {
    return bytes === 0 ? 0 : this.#buffer.readUIntBE(this.#advance(bytes), bytes);
  }
  uint64(): bigint {
    return this.#buffer.readBigUInt64LE(this.#advance(8));
  }
  int64(): bigint {
    return this.#buffer.readBigInt64LE(this.#advance(8));
  }
  float(): number {
    return this.#buffer.readFloatLE(this.#advance(4));
  }
  double(): number {
    return this.#buffer.readDoubleLE(this.#advance(8));
  }

  /** An integer that says itself how long it is. */
  packed(): number {
    const first = this.uint(1);
    if (first < 0xfb) return first;
    if (first === 0xfc) return this.uint(2);
    if (first === 0xfd) return this.uint(3);
    const long = first === 0xfe ? this.uint64() : undefined;
    if (long === undefined || long > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError('not a length');
    return Number(long);
  }

  /** Shares memory with what it was made of. */
  take(bytes: number): Buffer {
    const at = this.#advance(bytes);
    return this.#buffer.subarray(at, at + bytes);
  }
  rest(): Buffer {
    return this.take(this.left);
  }
  skip(bytes: number): void {
    this.#advance(bytes);
  }
}

/** Bit `i` of a bitmap that begins with the lowest bit of its first byte. */
export const bitOf = (bitmap: Buffer, i: number): boolean => (((bitmap[i >> 3] ?? 0) >> (i & 7)) & 1) === 1;
