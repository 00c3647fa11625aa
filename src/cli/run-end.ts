/** The last words of a run in the foreground, and its exit code. */
import type {MigrationRef} from '../engine/engine.ts';
import type {RunState} from '../journal/run-state.ts';
import type {RunEnd} from '../runner/runner.ts';
import type {Sides} from './compose.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {holdsMs, keptLogOf, keptLogWords} from './kept-log-words.ts';
import type {Output} from './output.ts';
import type {Leaving} from './patience.ts';

export type Ending = {
  readonly end: RunEnd;
  readonly state: RunState;
  /** Why it left by itself, if it did. */
  readonly left: Leaving | undefined;
  /** Of the process signal that ended it, if one did. */
  readonly exitCode: ExitCode | undefined;
  readonly sides: Sides;
  readonly migration: MigrationRef;
  readonly output: Output;
};

export async function reportEnd(ending: Ending): Promise<ExitCode> {
  const {end, left, migration, output, state} = ending;
  const isPaused = end.status === 'paused';
  const side = state.openSide;
  // Only words: a server that cannot be asked now is no failure of this run.
  const kept = isPaused ? await keptLogOf(ending.sides[side].source, side).catch(() => undefined) : undefined;
  if (output.isJson) {
    const log = kept && {side, ...kept, holdsMs: holdsMs(kept)};
    output.document({
      id: migration.id,
      name: migration.name,
      status: end.status,
      phase: end.phase,
      reason: left?.reason ?? null,
      keptLog: log ?? null,
    });
  } else output.data(`${migration.name}: ${end.status}${isPaused ? ` in ${end.phase}` : ''}${left ? `: ${left.reason}` : ''}`);
  if (kept) output.say(keptLogWords(side, kept));
  if (isPaused) output.say('Next: crossfade resume');
  return exitCodeOf(ending);
}

function exitCodeOf({end, left, exitCode}: Ending): ExitCode {
  if (end.status === 'aborted') return EXIT.calledOff;
  if (end.status === 'completed') return EXIT.done;
  return left?.code ?? exitCode ?? EXIT.terminated;
}
