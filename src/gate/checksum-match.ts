import type {ChangedSince} from '../verify/verifier.ts';
import type {Gate, Measures, VerificationSummary} from './gate.ts';
import {durationSetting} from './gate-settings.ts';

const FRESHNESS_MS = 24 * 3_600_000;
/** A row that changed is compared again by then, or something is in the way. */
const WAITING_MS_MAX = 60_000;

/**
 * The newest complete comparison found both sides equal, left nothing out, and is not old; and what has changed since is
 * known and was compared again, but for the last minute of it. Rows that had to be repaired have a known cause, or an
 * operator has acknowledged that they have none.
 */
export const checksumMatch: Gate = {
  limits: ({settings}) =>
    `a comparison of every row, equal, at most ${hours(durationSetting(settings, 'freshness', FRESHNESS_MS))} old; what changed since is compared again within ${seconds(WAITING_MS_MAX)}; no repaired row without a known cause`,
  async check(measures) {
    const freshnessMs = durationSetting(measures.settings, 'freshness', FRESHNESS_MS);
    const last = await measures.lastVerification();
    const changed = await measures.changedSince(freshnessMs);
    if (last === undefined) return {go: false, evidence: 'the data have not been compared yet'};
    const ageMs = measures.now().getTime() - Date.parse(last.at);
    if (Number.isNaN(ageMs)) throw new Error(`the last comparison has no readable time: ${last.at}`);
    const found = [
      ...faultsOf(last),
      ...(ageMs > freshnessMs ? [`older than ${hours(freshnessMs)}`] : []),
      ...differingSince(changed, last),
      ...unexplainedWords(await measures.unexplained()),
    ];
    const open = openSince(changed, last);
    const faults = [...found, ...open];
    const compared = `${last.rows} rows in ${last.tables} tables compared ${hours(ageMs)} ago`;
    const since = changed.isKnown ? [wordsOf(changed)] : [];
    return {
      go: faults.length === 0,
      evidence: [compared, ...(faults.length === 0 ? ['equal'] : faults), ...since].join(', '),
      isUnmeasured: found.length === 0 && open.length > 0,
    };
  },
};

/** What was not compared is not equal (invariant 10), and neither is a comparison of nothing. */
function faultsOf({equal, differing, uncompared, tables}: VerificationSummary): readonly string[] {
  return [
    ...(differing > 0 ? [`${differing} rows differ`] : []),
    ...(uncompared > 0 ? [`${uncompared} rows not compared`] : []),
    ...(tables === 0 ? ['no table was compared'] : []),
    ...(!equal && differing === 0 && uncompared === 0 ? ['not found equal'] : []),
  ];
}

const differingSince = (changed: ChangedSince, {differing}: VerificationSummary): readonly string[] =>
  changed.isKnown && changed.differing > 0 && differing === 0 ? [`${changed.differing} rows that changed since differ`] : [];

/** What is still to be compared: that says nothing against the data. */
function openSince(changed: ChangedSince, {at}: VerificationSummary): readonly string[] {
  if (!changed.isKnown) return [`what changed since the comparison of ${timeOf(at)} is not known: ${changed.why}`];
  const {oldestMs, whole, trouble} = changed;
  return [
    ...(whole.length > 0 ? [`all rows of ${whole.join(', ')} are compared again`] : []),
    ...(oldestMs > WAITING_MS_MAX ? [`rows that changed wait for longer than ${seconds(WAITING_MS_MAX)}`] : []),
    ...(oldestMs > WAITING_MS_MAX && trouble ? [`they could not be compared: ${trouble}`] : []),
  ];
}

/** Equal again, and yet nobody knows what bent them: that may be a fault of ours. */
function unexplainedWords(unexplained: Awaited<ReturnType<Measures['unexplained']>>): readonly string[] {
  if (!unexplained) return [];
  const {rows, tables} = unexplained;
  return [`${count(rows)} repaired rows of ${tables.join(', ')} have no known cause, which nobody has acknowledged`];
}

function wordsOf({compared, waiting, oldestMs}: ChangedSince & {readonly isKnown: true}): string {
  const counts = `${count(compared + waiting)} rows changed since, ${count(compared)} compared again`;
  return waiting > 0 ? `${counts}, oldest unchecked ${seconds(oldestMs)}` : counts;
}

const hours = (ms: number) => `${(Math.max(0, ms) / 3_600_000).toFixed(1)} h`;
const seconds = (ms: number) => `${Math.round(ms / 1000)} s`;
const count = (rows: number) => rows.toLocaleString('en-US');
/** In UTC, as the journal writes it. */
const timeOf = (at: string) => `${new Date(at).toISOString().slice(11, 16)} UTC`;
