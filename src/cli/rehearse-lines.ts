/** What `rehearse` says: what becomes of each column, and how the rehearsal went. */
import {bytes, duration} from '../model/amounts.ts';
import type {ColumnDisguise} from '../model/column-disguise.ts';
import type {RehearsalRecord, RehearsedEnvironment} from '../model/rehearsal-record.ts';
import {SIDES} from '../model/side.ts';
import {nameOf} from '../model/table.ts';
import type {Choice} from '../rehearsal/choose-disguises.ts';
import {forecastOf} from '../model/forecast.ts';
import {readableOf} from '../rehearsal/make-clone.ts';
import type {Extent} from '../rehearsal/rehearsal.ts';
import type {Invocation} from './command.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';

export function sayDisguises({tables, faults}: Choice, {output}: Invocation): ExitCode {
  const chosen = tables.flatMap(({columns}) => [...columns.values()]);
  if (output.isJson)
    output.document({
      dryRun: true,
      columns: chosen.map(({table, column, type, disguise, by}) => ({column: `${nameOf(table)}.${column}`, type, disguise, by})),
      readable: readableOf(tables),
      faults,
    });
  else
    for (const {table, column, disguise, by} of chosen)
      output.data(`${`${nameOf(table)}.${column}`.padEnd(40)} ${words(disguise)} (${by})`);
  for (const fault of faults) output.insist(fault);
  output.say(
    faults.length > 0 ? 'Next: write these under rehearsal: columns in the plan' : 'Nothing was made. Next: the same without --dry-run',
  );
  return faults.length > 0 ? EXIT.usage : EXIT.done;
}

function words(disguise: ColumnDisguise): string {
  if (disguise.kind === 'constant') return `constant ${JSON.stringify(disguise.value)}`;
  if (disguise.kind === 'range') return `range${disguise.step === undefined ? '' : ` of ${disguise.step}`}`;
  return disguise.kind;
}

export function sayRecord(record: RehearsalRecord, file: string, {output, args}: Invocation): void {
  const forecast = forecastOf(record, record.around.tables);
  const next = {command: `crossfade plan ${String(args[0])}`, why: `a gate can ask for it: rehearsed: {record: ${file}}`};
  if (output.isJson) return output.document({file, record, forecast, next: [next]});
  const {load, switches, clone, environment, keptLogBytes, targetBytes} = record;
  for (const line of [
    `forward, back and forward on ${clone.extent}: ${clone.tables.length} tables, ${clone.tables.reduce((sum, {rows}) => sum + rows, 0)} rows`,
    `holds: ${switches.map(({direction, decided, heldMs}) => `${direction} ${heldMs ?? '-'} ms${decided ? '' : ' (called off)'}`).join(', ')}`,
    loadLine(load),
    `target: ${bytes(targetBytes ?? undefined)}; the most log that was kept: ${bytes(keptLogBytes ?? undefined)}`,
    environment
      ? `servers of ${environment.name}: ${serverWords(environment.servers)}`
      : `readable in the clone: ${clone.readable.length} columns (in the record); ${clone.lookedFor} texts of the source were looked for, and none was found`,
    ...record.leftOut.map((part) => `not rehearsed: ${part}`),
    `the source is ${forecast.factor.toFixed(1)} times ${environment ? `that of ${environment.name}` : 'its clone'}, so expect: ${forecast.phases.map(({phase, ms}) => `${phase} ~${duration(ms)}`).join(', ')}`,
  ])
    output.data(line);
  output.say(`the record is in ${file}${record.signed ? `, signed by ${record.signed.by}` : ', unsigned: the plan knows nobody by a key'}`);
  output.say(`Next: ${next.command} (${next.why})`);
}

/** What was found where an environment was only looked at. */
export function sayEnvironment(
  name: string,
  servers: RehearsedEnvironment['servers'],
  leftOut: readonly string[],
  {output}: Invocation,
): ExitCode {
  if (output.isJson) output.document({dryRun: true, environment: {name, servers}, leftOut});
  else {
    output.data(`would go forward, back and forward in ${name}: ${serverWords(servers)}`);
    for (const part of leftOut) output.data(`not rehearsed: ${part}`);
  }
  output.say('Nothing was made. Next: the same without --dry-run');
  return EXIT.done;
}

const serverWords = (servers: RehearsedEnvironment['servers']): string =>
  SIDES.map((side) => `${side} ${servers[side].database} on ${servers[side].systemId}, ${servers[side].versionText}`).join('; ');

const loadLine = ({acknowledged, rate, measured, replayed, reached = 0, longestWaitMs}: RehearsalRecord['load']): string => {
  if (replayed)
    return `load: the recording of ${replayed.recordedAt}, ${duration(replayed.recordedMs)} long: ${acknowledged} of ${replayed.transactions} transactions acknowledged; none lost; ${replayed.absent} changes met no row of the clone; ${duration(replayed.behindMs)} behind at most`;
  const what = measured
    ? `${rate} a second, ${measured.times} times the peak that was measured in ${duration(measured.measuredMs)} (${measured.rowsPerSecond.toFixed(1)} rows a second)`
    : `${rate} a second`;
  return `load: ${acknowledged} writes acknowledged, ${reached.toFixed(1)} a second of ${what}; none lost; the longest wait of one was ${Math.round(longestWaitMs)} ms`;
};

export const extentWords = (extent: Extent): string =>
  extent.kind === 'whole' ? 'the whole source' : `a sample of ${extent.rows} rows of each table`;
