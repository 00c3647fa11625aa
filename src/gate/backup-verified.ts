/**
 * A backup that was restored, and compared table by table. How, only the operator knows: an executable restores it into a
 * scratch server and prints what it found; the gate judges it. Worked examples are in `examples/backup-verified/`.
 *
 * CROSSFADE_HOOK       backup-verified
 * CROSSFADE_MIGRATION  the migration's name; CROSSFADE_PHASE: the phase that would begin
 * CROSSFADE_TABLES     the tables to compare, `schema.table`, one a line
 * CROSSFADE_DRY_RUN    false
 *
 * It prints one JSON document:
 * {"backup": "name", "takenAt": "RFC 3339", "tables": [{"table": "shop.orders",
 *   "original": {"rows": "12", "checksum": "ab"}, "restored": {"rows": "12", "checksum": "ab"}}]}
 *
 * `original` is what the source held when the backup was taken. An exit code other than 0 is a no-go.
 */
import {duration} from '../model/amounts.ts';
import type {Gate, Measures} from './gate.ts';
import {durationSetting, textsSetting} from './gate-settings.ts';
import {field, parsedJson} from './json-answer.ts';

const FRESHNESS_MS = 24 * 3_600_000;
/** A restore takes as long as it takes; without an end it would hold the gate for ever. */
const LIMIT_MS = 6 * 3_600_000;
/** A backup that is not good is looked at by a person first. */
const RED_EVERY_MS = 300_000;
const NAMED_MAX = 5;

type State = {readonly rows: string; readonly checksum: string};
type Compared = {readonly table: string; readonly original: State; readonly restored: State};
type Backup = {readonly backup: string; readonly takenAt: string; readonly tables: readonly Compared[]};

export const backupVerified: Gate = {
  isCostly: true,
  limits: ({settings}) =>
    `a backup not older than ${duration(durationSetting(settings, 'freshness', FRESHNESS_MS))} was restored, and ${tablesOf(settings).join(', ')} found equal`,
  async check(measures) {
    const {settings, phase, migration, now} = measures;
    const freshnessMs = durationSetting(settings, 'freshness', FRESHNESS_MS);
    const tables = tablesOf(settings);
    const facts = {
      CROSSFADE_HOOK: 'backup-verified',
      CROSSFADE_MIGRATION: migration.name,
      CROSSFADE_PHASE: phase,
      CROSSFADE_TABLES: tables.join('\n'),
      CROSSFADE_DRY_RUN: 'false',
    };
    const found = backupOf(await measures.program(textsSetting(settings, 'run'), facts, durationSetting(settings, 'timeout', LIMIT_MS)));
    const ageMs = now().getTime() - Date.parse(found.takenAt);
    if (!(ageMs >= -CLOCKS_APART_MS))
      throw new Error(`the hook says the backup was taken at ${found.takenAt}, which is no time in the past`);
    const faults = [...(ageMs > freshnessMs ? [`older than ${duration(freshnessMs)}`] : []), ...faultsOf(found, tables)];
    const named = faults.length > NAMED_MAX ? [...faults.slice(0, NAMED_MAX), `and ${faults.length - NAMED_MAX} more`] : faults;
    const told = `${found.backup}, taken ${duration(Math.max(0, ageMs))} ago`;
    if (faults.length > 0) return {go: false, evidence: `${told}: ${named.join('; ')}`, holdsMs: RED_EVERY_MS};
    return {go: true, evidence: `${told}, restored: ${tables.length} tables equal`, holdsMs: Math.max(0, freshnessMs - ageMs)};
  },
};

/** Of two machines whose clocks are kept. */
const CLOCKS_APART_MS = 60_000;

/** What was not compared is not equal (invariant 10). */
function faultsOf({tables}: Backup, wanted: readonly string[]): readonly string[] {
  return wanted.flatMap((name) => {
    const found = tables.find(({table}) => table === name);
    if (!found) return [`${name} was not compared`];
    const {original, restored} = found;
    if (original.rows !== restored.rows) return [`${name} has ${restored.rows} rows restored, ${original.rows} in the source`];
    return original.checksum === restored.checksum ? [] : [`${name} has another checksum restored`];
  });
}

const tablesOf = (settings: Measures['settings']): readonly string[] => textsSetting(settings, 'tables');

/** The edge: what the program printed. */
function backupOf(text: string): Backup {
  const value = parsedJson(text);
  const [backup, takenAt, tables] = [field(value, 'backup'), field(value, 'takenAt'), field(value, 'tables')];
  if (typeof backup !== 'string' || typeof takenAt !== 'string' || !Array.isArray(tables)) throw isNoResult();
  return {backup, takenAt, tables: tables.map(comparedOf)};
}

function comparedOf(value: unknown): Compared {
  const table = field(value, 'table');
  if (typeof table !== 'string') throw isNoResult();
  return {table, original: stateOf(field(value, 'original')), restored: stateOf(field(value, 'restored'))};
}

function stateOf(value: unknown): State {
  const [rows, checksum] = [field(value, 'rows'), field(value, 'checksum')];
  if (typeof rows !== 'string' || !/^\d+$/.test(rows) || typeof checksum !== 'string' || checksum === '') throw isNoResult();
  return {rows, checksum};
}

const isNoResult = (): Error => new Error('the hook printed no result as examples/backup-verified has it');
