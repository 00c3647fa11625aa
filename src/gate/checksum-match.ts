import type {Gate, VerificationSummary} from './gate.ts';
import {durationSetting} from './gate-settings.ts';

const FRESHNESS_MS = 24 * 3_600_000;

/** The newest complete comparison found both sides equal, left nothing out, and is not old. */
export const checksumMatch: Gate = {
  async check(measures) {
    const freshnessMs = durationSetting(measures.settings, 'freshness', FRESHNESS_MS);
    const last = await measures.lastVerification();
    if (last === undefined) return {go: false, evidence: 'the data have not been compared yet'};
    const ageMs = measures.now().getTime() - Date.parse(last.at);
    if (Number.isNaN(ageMs)) throw new Error(`the last comparison has no readable time: ${last.at}`);
    const faults = [...faultsOf(last), ...(ageMs > freshnessMs ? [`older than ${hours(freshnessMs)}`] : [])];
    const compared = `${last.rows} rows in ${last.tables} tables compared ${hours(ageMs)} ago`;
    return {go: faults.length === 0, evidence: [compared, ...(faults.length === 0 ? ['equal'] : faults)].join(', ')};
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

const hours = (ms: number) => `${(Math.max(0, ms) / 3_600_000).toFixed(1)} h`;
