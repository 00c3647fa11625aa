/** `row-count`: counts only. Says how many rows are missing, never which, and nothing about their values. */
import type {Table} from '../model/table.ts';
import {cannotCompare, noEffort, type Pass} from './read-both.ts';
import {ROUNDS_MAX} from './settle.ts';
import {type CountedVerdict, reportOf} from './tally.ts';
import type {Verifier, VerifyRequest} from './verifier.ts';

export const rowCount: Verifier = {
  async verify(request) {
    const verdicts: CountedVerdict[] = [];
    const effort = noEffort();
    let rows = 0n;
    for (const table of request.tables) {
      const counts = await countBoth(request, table, effort);
      verdicts.push(verdictOf(table, counts));
      rows += counts.from;
      request.progress(rows, verdicts.length);
    }
    return reportOf(verdicts, effort);
  },
};

type Counts = {readonly from: bigint; readonly to: bigint};

/** Events cannot explain a count, so on sides in use only an equal pair is an answer. */
const countBoth = async (request: VerifyRequest, table: Table, effort: Pass['effort']): Promise<Counts> => {
  const {from, to, evidence, signal} = request;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    signal.throwIfAborted();
    const sent = await from.compare.count(table);
    if (evidence) effort.waits += 1;
    if (evidence && round > 0) effort.retries += 1;
    if (evidence) await evidence.reached(await from.source.currentPosition(), signal);
    const counts = {from: sent, to: await to.compare.count(table)};
    if (!evidence || counts.from === counts.to) return counts;
  }
  throw cannotCompare(table, `its counts differed ${ROUNDS_MAX} times while rows came and went; \`checksum\` tells which rows differ`);
};

/** A count knows no key: the difference carries an empty one. */
const verdictOf = (table: Table, {from, to}: Counts): CountedVerdict => {
  const kind = from > to ? 'missing' : 'extra';
  const differences = from === to ? [] : [{table: table.name, key: [], kind, columns: []} as const];
  const differing = Number(from > to ? from - to : to - from);
  return {verdict: {table: table.name, rows: String(from), checksum: '', differences, differing, uncompared: []}, uncompared: 0};
};
