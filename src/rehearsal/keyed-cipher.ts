/**
 * The clone's own secret, and what is made with it. Values are put in the place of others by a permutation of all values
 * of one shape, so equal ones stay equal and different ones different: keys stay keys, and what could be joined still
 * can. The key lives in this process only and goes with it.
 */
import {createHmac} from 'node:crypto';

const ROUNDS = 6;

export class KeyedCipher {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  digest(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest();
  }

  /** As many bytes as wanted, the same for the same text. */
  stream(text: string, length: number): Buffer {
    const parts = Array.from({length: Math.ceil(length / 32)}, (_, n) => this.digest(`${n}\0${text}`));
    return Buffer.concat(parts).subarray(0, length);
  }

  /** Another number from 0 to `size - 1`, each for one only; `shape` names the permutation. A balanced Feistel network, walked until it is in range. */
  permute(value: bigint, size: bigint, shape: string): bigint {
    if (size < 2n) return value;
    const half = BigInt(Math.ceil((size - 1n).toString(2).length / 2));
    let found = value;
    do found = this.#network(found, half, shape);
    while (found >= size);
    return found;
  }

  #network(value: bigint, half: bigint, shape: string): bigint {
    const mask = (1n << half) - 1n;
    let [left, right] = [value >> half, value & mask];
    for (let round = 0; round < ROUNDS; round++) {
      const mixed = BigInt(`0x${this.stream(`${shape}\0${round}\0${right}`, Math.ceil(Number(half) / 8)).toString('hex')}`) & mask;
      [left, right] = [right, left ^ mixed];
    }
    return (left << half) | right;
  }
}
