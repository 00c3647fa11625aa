/**
 * Loaded into the real program by CROSSFADE_EFFECTS, into the runner and, because a child inherits its environment, into
 * its watchdog: writes down every point that is passed, and springs the traps that a sweep has set.
 */
import {appendFileSync, existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {EffectKind, Effects} from '../../src/model/effects.ts';
import {backgroundOf, neutral, type Passed, visitOf} from './point.ts';

export const SWEEP = 'CROSSFADE_SWEEP';
export const TRAP_EFFECTS = import.meta.url;

/**
 * `kill`: SIGKILL to itself. `stop`: SIGSTOP. `wait`: until the file `go` is there. Each writes `reached-<name>` first.
 * `where`: there, or else, when it was not passed this time, as soon as that visit is over. `from`: from that visit on,
 * anywhere. Without both: anywhere.
 */
export type Trap = {
  readonly name: string;
  readonly where?: string;
  readonly from?: string;
  readonly kind: EffectKind;
  readonly label: string;
  readonly times: number;
  readonly act: 'kill' | 'stop' | 'wait';
};
export type SweepSetting = {readonly folder: string; readonly traps: readonly Trap[]; readonly trace: boolean};

const POLL_MS = 5;
/** What `reached-<name>` says when the point itself was not passed. */
export const LATE = 'late';

export const fileOf = {
  trace: (folder: string): string => join(folder, 'trace'),
  /** The pids of all watchdogs, a line each. */
  watchdogs: (folder: string): string => join(folder, 'watchdogs'),
  reached: (folder: string, trap: string): string => join(folder, `reached-${trap}`),
  go: (folder: string): string => join(folder, 'go'),
};

export default function trapped(effects: Effects): Effects {
  const asked = process.env[SWEEP];
  const verb = process.argv[2];
  if (asked === undefined || !(verb === 'run' || verb === 'resume' || verb === 'watchdog')) return effects;
  // Given by the sweep as JSON of this type.
  const setting = JSON.parse(asked) as SweepSetting;
  // Connections that are given no name have one by which faults can tell them from a runner's: those to a pooler's console.
  if (verb === 'watchdog') process.env['PGAPPNAME'] = 'watchdog';
  const place = verb === 'watchdog' ? watchdogPlace(setting.folder) : runnerPlace();
  const left = new Map(setting.traps.map((trap) => [trap, trap.times]));
  const visits = new Set<string>();
  return {
    ...effects,
    point(kind, text) {
      const label = neutral(text);
      const passed = {where: place(kind, label), kind, label};
      if (setting.trace) appendFileSync(fileOf.trace(setting.folder), `${JSON.stringify(passed)}\n`);
      visits.add(visitOf(passed.where));
      for (const [trap, times] of left) {
        const isLate = isBehind(trap, passed, visits);
        if (!isLate && !isAt(trap, passed, visits)) continue;
        left.set(trap, times - 1);
        if (!isLate && times > 1) continue;
        left.delete(trap);
        return spring(setting.folder, trap, isLate);
      }
      return undefined;
    },
  };
}

const isAt = (trap: Trap, {where, kind, label}: Passed, visits: ReadonlySet<string>): boolean =>
  trap.kind === kind && trap.label === label && (trap.where ?? where) === where && (trap.from === undefined || visits.has(trap.from));

const isBehind = ({where: aim}: Trap, {where}: Passed, visits: ReadonlySet<string>): boolean =>
  aim !== undefined && visits.has(visitOf(aim)) && visitOf(aim) !== visitOf(where);

/** Visits of phases are counted in this process. */
function runnerPlace(): (kind: EffectKind, label: string) => string {
  const visits = new Map<string, number>();
  let visit = 'start';
  let step: string | undefined;
  return (kind, label) => {
    const [, what, phase = '', name] =
      (kind === 'journal.write' && /^(phase-started|step-intent|step-outcome) ([^/]*)\/?(.*)$/.exec(label)) || [];
    if (what === 'phase-started') {
      visits.set(phase, (visits.get(phase) ?? 0) + 1);
      visit = `${phase}#${visits.get(phase)}`;
    }
    if (what === 'step-intent') step = name;
    const where = step === undefined || backgroundOf({kind, label}) !== undefined ? visit : `${visit}:${step}`;
    if (what === 'phase-started' || what === 'step-outcome') step = undefined;
    return where;
  };
}

/** They start one after another, so that counting lines is enough. */
function watchdogPlace(folder: string): () => string {
  const file = fileOf.watchdogs(folder);
  appendFileSync(file, `${process.pid}\n`);
  const where = `watchdog#${readFileSync(file, 'utf8').trimEnd().split('\n').length}`;
  return () => where;
}

async function spring(folder: string, {name, act}: Trap, isLate: boolean): Promise<void> {
  writeFileSync(fileOf.reached(folder, name), isLate ? LATE : 'there');
  // Nothing after this line runs: the signal cannot be caught.
  if (act === 'kill') return void process.kill(process.pid, 'SIGKILL');
  if (act === 'stop') return void process.kill(process.pid, 'SIGSTOP');
  while (!existsSync(fileOf.go(folder))) await sleep(POLL_MS);
}
