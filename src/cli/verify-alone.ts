/** `verify` without a runner: the lease, the stream, the comparison, and away again. */
import {hostname} from 'node:os';
import {readPlanFile} from '../plan/plan-file.ts';
import {takeLease} from '../runner/lease.ts';
import {effectsOf} from '../runner/system-effects.ts';
import {currentPerson} from './actor.ts';
import type {Invocation} from './command.ts';
import {composeRun, openSides, refOf} from './compose.ts';
import type {ExitCode} from './exit-codes.ts';
import {progressTelemetry} from './progress.ts';
import type {Run} from './run-choice.ts';
import {report} from './verify.ts';
import {verifyNow} from './verify-now.ts';

export const verifyAlone = async ({journal, state}: Run, repair: boolean, invocation: Invocation): Promise<ExitCode> => {
  const effects = await effectsOf(process.env);
  const pinned = await readPlanFile(state.plan.file);
  const migration = refOf(journal.migration, state.plan.name);
  const telemetry = progressTelemetry(invocation.output, effects.clock);
  const sides = await openSides(pinned.plan, migration, effects);
  try {
    const {epoch} = await takeLease(
      sides.source,
      sides.target,
      migration.id,
      `${currentPerson().name}@${hostname()}, pid ${process.pid}, verify`,
    );
    await journal.append({type: 'runner-started', epoch, holder: currentPerson().name, host: hostname(), pid: process.pid});
    const {context, ensureStreams} = composeRun(pinned, migration, sides, epoch, effects, telemetry, [
      process.execPath,
      process.argv[1] ?? '',
      'watchdog',
    ]);
    const never = new AbortController().signal;
    const direction = state.openSide === 'source' ? 'forward' : 'reverse';
    await ensureStreams(direction);
    await context.replication.link(direction)?.untilStrict(never);
    const verified = await verifyNow(context, repair, never);
    await journal.append(verified);
    await journal.append({type: 'runner-stopped', reason: 'verified'});
    await context.replication.close();
    return report(verified, invocation);
  } finally {
    await telemetry.close();
    await Promise.all([sides.source.close(), sides.target.close()]);
  }
};
