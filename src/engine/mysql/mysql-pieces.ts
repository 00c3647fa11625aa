/** Statements of many rows stay well below what the smallest server takes in one packet (16 MiB on MariaDB). */
const BYTES_MAX = 1 << 20;
const ROWS_MAX = 1000;

/** Cut where the texts of a piece come to more; a single one that is larger goes alone. */
export function* pieces<T>(items: readonly T[], sizeOf: (item: T) => number, rowsMax = ROWS_MAX): Generator<readonly T[]> {
  let piece: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = sizeOf(item);
    if (piece.length > 0 && (bytes + size > BYTES_MAX || piece.length >= rowsMax)) {
      yield piece;
      [piece, bytes] = [[], 0];
    }
    piece.push(item);
    bytes += size;
  }
  if (piece.length > 0) yield piece;
}
