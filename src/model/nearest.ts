/**
 * The known word a person most likely meant, for "did you mean": plan keys, verbs, codes, run names. Undefined when
 * nothing is close, because a wrong guess misleads more than none.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3));
  const ranked = known.map((candidate) => ({candidate, edits: editDistance(word.toLowerCase(), candidate.toLowerCase())}));
  const best = ranked.toSorted((a, b) => a.edits - b.edits || a.candidate.localeCompare(b.candidate))[0];
  return best && best.edits <= limit ? best.candidate : undefined;
}

/** Optimal string alignment: insertions, deletions, replacements, and two neighbours exchanged, each counted once. */
export function editDistance(from: string, to: string): number {
  const rows: number[][] = [Array.from({length: to.length + 1}, (_, column) => column)];
  for (let row = 1; row <= from.length; row++) {
    const line = [row];
    for (let column = 1; column <= to.length; column++) line.push(cheapestEdit(from, to, row, column, rows, line));
    rows.push(line);
  }
  return at(rows, from.length, to.length);
}

function cheapestEdit(from: string, to: string, row: number, column: number, rows: readonly number[][], line: readonly number[]): number {
  const same = from[row - 1] === to[column - 1];
  const edits = [at(rows, row - 1, column) + 1, (line[column - 1] ?? 0) + 1, at(rows, row - 1, column - 1) + (same ? 0 : 1)];
  const exchanged = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
  return Math.min(...edits, exchanged ? at(rows, row - 2, column - 2) + 1 : Infinity);
}

const at = (rows: readonly number[][], row: number, column: number): number => rows[row]?.[column] ?? 0;
