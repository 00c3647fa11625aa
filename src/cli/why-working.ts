/** How far the work of a phase is, from the numbers that its runner tells. Pure. */
import {bytes, count, span} from '../model/amounts.ts';
import {etaBand} from '../telemetry/eta.ts';
import type {LiveReport} from '../telemetry/telemetry.ts';

/** Begins with a separator; empty when there is nothing to tell. `report` of the runner that is at work. */
export function progressWords(phase: string, report: LiveReport | undefined): string {
  if (report === undefined) return '';
  const words = [...phaseWords(phase, report), ...(report.work ?? [])];
  return words.length > 0 ? `; ${words.join('; ')}` : '';
}

function phaseWords(phase: string, report: LiveReport): readonly string[] {
  if (phase === 'initial-load' || phase === 'backfill') return copyWords(report);
  if (phase === 'verify-data') return verifyWords(report);
  return phase === 'catch-up' ? catchUpWords(report) : [];
}

function copyWords({gauges, samples, waits = []}: LiveReport): readonly string[] {
  const {chunksDone, chunksTotal, rowsCopied, rowsTotal} = gauges;
  if (chunksDone === undefined || chunksTotal === undefined) return [];
  const rows = rowsCopied === undefined ? '' : `, ${count(rowsCopied)} of about ${count(rowsTotal)} rows`;
  const eta = waits.length > 0 ? undefined : etaBand(samples); // what holds it up may last
  return [`${chunksDone} of ${chunksTotal} chunks done${rows}${eta === undefined ? '' : `, about ${span(eta.lowMs, eta.highMs)} to go`}`];
}

const verifyWords = ({gauges: {tablesVerified, tablesTotal, rowsVerified}}: LiveReport): readonly string[] =>
  tablesVerified === undefined || tablesTotal === undefined
    ? []
    : [`${tablesVerified} of ${tablesTotal} tables compared, ${count(rowsVerified)} rows so far`];

const catchUpWords = ({gauges: {backlogBytes, rereads}}: LiveReport): readonly string[] => [
  ...(backlogBytes === undefined ? [] : [`${bytes(backlogBytes)} of the log are still to be applied`]),
  ...(rereads === undefined || rereads === 0 ? [] : [`${rereads} ${rereads === 1 ? 'row is' : 'rows are'} to be read again`]),
];
