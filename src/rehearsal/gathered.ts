/** Rows of a table in batches that are large enough for what is done to them: a value that is shuffled in a batch of one stays where it was. */
import type {Row} from '../model/change.ts';
import type {TableDisguise} from './rehearsal.ts';

/** Exchanged among so many rows at least, unless they are very large. */
const SHUFFLED_ROWS_MIN = 1000;
const SHUFFLED_LENGTH_MAX = 64 << 20;

/** As the server sends them where nothing is shuffled. */
export async function* gathered({columns}: TableDisguise, batches: AsyncIterable<readonly Row[]>): AsyncGenerator<readonly Row[]> {
  const isShuffled = [...columns.values()].some(({disguise}) => disguise.kind === 'shuffle');
  if (!isShuffled) return yield* asTheyCome(batches);
  /** Enough of them, kept back: few that come last join them. */
  let ready: Row[] = [];
  let held: Row[] = [];
  let length = 0;
  for await (const rows of batches) {
    held.push(...rows);
    for (const row of rows) for (const value of Object.values(row)) length += value?.length ?? 0;
    const isEnough = held.length >= SHUFFLED_ROWS_MIN || (held.length > 1 && length >= SHUFFLED_LENGTH_MAX);
    if (!isEnough) continue;
    if (ready.length > 0) yield ready;
    [ready, held, length] = [held, [], 0];
  }
  const last = [...ready, ...held];
  if (last.length > 0) yield last;
}

async function* asTheyCome(batches: AsyncIterable<readonly Row[]>): AsyncGenerator<readonly Row[], undefined> {
  for await (const rows of batches) yield rows;
}
