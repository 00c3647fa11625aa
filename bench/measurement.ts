/** Runs of several ways to do the same, taken in turns so that a disturbance of the machine meets all of them. */

export type Way = {readonly name: string; run(): Promise<number>};
/** `unit` per second when `amount` is given; otherwise the numbers are what was measured. */
export type Measured = {readonly what: string; readonly unit: string; readonly ways: Readonly<Record<string, readonly number[]>>};

/** A B, B A, A B …: the order changes with the round. Answers seconds, or whatever `run` answers. */
export async function inTurns(ways: readonly Way[], round: number, into: Record<string, number[]>): Promise<void> {
  for (const way of round % 2 ? [...ways].reverse() : ways) (into[way.name] ??= []).push(await way.run());
}

export async function seconds(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return (performance.now() - start) / 1000;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** Smaller is better everywhere; the ratio is the other's median over crossfade's, so above 1 crossfade is ahead. */
export function tableOf(all: readonly Measured[]): string {
  const rows = [['what', 'way', 'runs', 'median', 'ratio'], ...all.flatMap(rowsOf)];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function rowsOf({what, unit, ways}: Measured): string[][] {
  const own = median(ways['crossfade'] ?? []);
  return Object.entries(ways).map(([name, runs]) => [
    what,
    name,
    runs.map((run) => run.toFixed(2)).join(' '),
    `${median(runs).toFixed(2)} ${unit}`,
    name === 'crossfade' ? '1' : (median(runs) / own).toFixed(2),
  ]);
}
