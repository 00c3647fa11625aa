/**
 * A business check in the operator's own SQL, read-only. Without `expect` it names what is wrong, and no row means go; with
 * it, one value has to be that text; on both sides, the answers have to be alike. What it answers stands in the journal
 * where `expect` or `both` needs it, so it should be a count or a sum and nobody's name.
 */
import type {Gate, Measures, TextRow} from './gate.ts';
import {durationSetting, textSetting, wordSetting} from './gate-settings.ts';

const EVERY_MS = 10_000;
const LIMIT_MS = 30_000;
const ROWS_MAX = 1000;
const SHOWN_CHARACTERS_MAX = 100;

export const sql: Gate = {
  isCostly: true,
  limits: (measures) => {
    const {name, on, expect} = questionOf(measures);
    if (on === 'both') return `${name}: the same answer on both sides`;
    return `${name}: ${expect === undefined ? 'no row' : `the answer ${expect}`} on the ${on}`;
  },
  async check(measures) {
    const question = questionOf(measures);
    const {on, name} = question;
    const ask = (side: 'source' | 'target') => measures.ask(side, question.query, {limitMs: question.limitMs, rowsMax: ROWS_MAX + 1});
    const answer = on === 'both' ? alike(await ask('source'), await ask('target')) : expected(await ask(on), question.expect);
    return {...answer, evidence: `${name}: ${answer.evidence}`, holdsMs: question.everyMs};
  },
};

type Judged = {readonly go: boolean; readonly evidence: string};

function expected(rows: readonly TextRow[], expect: string | undefined): Judged {
  if (expect === undefined) return {go: rows.length === 0, evidence: rows.length === 0 ? 'no row' : `${counted(rows)}, and none is wanted`};
  const [row, ...others] = rows;
  if (!row || others.length > 0 || row.length !== 1)
    throw new Error(`expect: needs an answer of one row and one column, not ${counted(rows)}`);
  const [value = null] = row;
  return {go: value === expect, evidence: value === expect ? shown(value) : `${shown(value)} instead of ${shown(expect)}`};
}

/** In the order of the query: one that wants none has to say ORDER BY. */
function alike(source: readonly TextRow[], target: readonly TextRow[]): Judged {
  for (const rows of [source, target])
    if (rows.length > ROWS_MAX) throw new Error(`an answer of more than ${ROWS_MAX} rows is too long to compare`);
  const [one, other] = [JSON.stringify(source), JSON.stringify(target)];
  if (one === other) return {go: true, evidence: `the same on both sides, ${single(source) ?? counted(source)}`};
  const at = source.findIndex((row, i) => JSON.stringify(row) !== JSON.stringify(target[i]));
  const where = `first in row ${(at === -1 ? source.length : at) + 1}`;
  return {
    go: false,
    evidence: `${single(source) ?? counted(source)} on the source, ${single(target) ?? counted(target)} on the target${single(source) ? '' : `, ${where}`}`,
  };
}

/** The value, where it is the only one. */
const single = (rows: readonly TextRow[]): string | undefined =>
  rows.length === 1 && rows[0]?.length === 1 ? shown(rows[0][0] ?? null) : undefined;

const counted = (rows: readonly TextRow[]): string => (rows.length > ROWS_MAX ? `more than ${ROWS_MAX} rows` : `${rows.length} rows`);
const shown = (value: string | null): string => (value === null ? 'null' : value.slice(0, SHOWN_CHARACTERS_MAX));

const questionOf = ({settings}: Pick<Measures, 'settings'>) => ({
  name: textSetting(settings, 'name', 'the query'),
  query: textSetting(settings, 'query'),
  on: wordSetting(settings, 'on', ['source', 'target', 'both'], 'target'),
  expect: textSetting(settings, 'expect', undefined),
  everyMs: durationSetting(settings, 'every', EVERY_MS),
  limitMs: durationSetting(settings, 'timeout', LIMIT_MS),
});
