/** `sample`: some rows of each table, chosen by chance on both sides. Finds what is widespread, in seconds. */
import {type Key, keyText} from '../model/change.ts';
import type {Table} from '../model/table.ts';
import {type Pass, withMemory} from './read-both.ts';
import {settle} from './settle.ts';
import {createTally, type CountedVerdict, reportOf} from './tally.ts';
import type {Verifier} from './verifier.ts';

export const sample: Verifier = {
  verify: (request) =>
    withMemory(request, async (pass) => {
      const verdicts: CountedVerdict[] = [];
      let rows = 0n;
      for (const table of request.tables) {
        const keys = await chosenKeys(pass, table);
        verdicts.push(await verifyKeys(pass, table, keys));
        rows += BigInt(keys.length);
        request.progress(rows, verdicts.length);
      }
      return reportOf(verdicts, pass.effort);
    }),
};

/** Per table and side. */
const SAMPLE_ROWS = 1_000;

/** From both sides: a row that is there too many stands on the receiving side only. */
const chosenKeys = async ({request}: Pass, table: Table): Promise<Key[]> => {
  request.signal.throwIfAborted();
  const [from, to] = await Promise.all([
    request.from.compare.sampleKeys(table, SAMPLE_ROWS),
    request.to.compare.sampleKeys(table, SAMPLE_ROWS),
  ]);
  return [...new Map([...from, ...to].map((key) => [keyText(key), key])).values()];
};

const verifyKeys = async (pass: Pass, table: Table, keys: readonly Key[]): Promise<CountedVerdict> => {
  const tally = createTally(table);
  tally.add(await settle(pass, table, keys));
  return tally.verdict(pass, {rows: BigInt(keys.length), checksum: ''});
};
