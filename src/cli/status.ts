/** `crossfade status`: where a run stands, and in one line why it is not done. */
import type {CommandModule, Invocation} from './command.ts';
import {EXIT} from './exit-codes.ts';
import {table, type Output} from './output.ts';
import {chooseRun, runsOf, unfinishedOf, withRunOption, withState, type Run} from './run-choice.ts';
import {isRunnerAlive} from './runner-alive.ts';
import {systemEffects} from '../runner/system-effects.ts';
import {whyNotDone, type WhyNotDone} from './why-not-done.ts';

export const command: CommandModule = {
  configure: (command) => void withRunOption(command),
  run: (invocation) =>
    withState(invocation, async (store) => {
      const runs = await runsOf(store);
      if (invocation.options['run'] === undefined && unfinishedOf(runs).length > 1) await list(unfinishedOf(runs), invocation.output);
      else show(chooseRun(runs, invocation, {finishedToo: true}), invocation);
      return EXIT.done;
    }),
};

function show(run: Run, {output}: Invocation): void {
  const seen = look(run);
  if (output.isJson) return output.document(statusDocument(run, seen));
  const {state} = run;
  const {cause, owner, next} = seen.why;
  const line = `${output.paint.bold(state.plan.name)} ${state.status}: ${cause}`;
  output.data(next === undefined ? line : `${line} | owner: ${owner} | next: ${next.command}`);
  output.detail(
    `run ${run.id}, plan ${state.plan.file}, checksum ${state.plan.checksum.slice(0, 12)}, the ${state.openSide} is open, epoch ${state.epoch}, entry ${state.head.seq}`,
  );
}

async function list(runs: readonly Run[], output: Output): Promise<void> {
  if (output.isJson) return output.document({runs: runs.map((run) => statusDocument(run, look(run)))});
  const rows = runs.map((run) => [run.id, run.state.plan.name, run.state.status, run.state.phase, look(run).why.cause]);
  output.data(await table(['RUN', 'PLAN', 'STATE', 'PHASE', 'WHY'], rows));
  output.say(`Next: crossfade status --run ${runs[0]?.id ?? ''}`);
}

type Seen = {readonly alive: boolean | undefined; readonly why: WhyNotDone};

function look({state}: Run): Seen {
  const alive = state.runner && isRunnerAlive(state.runner);
  return {alive, why: whyNotDone(state, alive, systemEffects.clock.now())};
}

/** An interface: fields are added, never changed. Absent is null. */
function statusDocument({id, state}: Run, {alive, why}: Seen): Readonly<Record<string, unknown>> {
  const {plan, runner} = state;
  return {
    id,
    name: plan.name,
    phase: state.phase,
    state: state.status,
    waitingFor: state.waitingFor ?? null,
    openSide: state.openSide,
    cause: why.cause,
    owner: why.owner,
    next: why.next === undefined ? [] : [why.next],
    attempt: state.attempt,
    epoch: state.epoch,
    plan: {file: plan.file, checksum: plan.checksum, workflow: plan.workflow},
    runner:
      runner === undefined
        ? null
        : {holder: runner.holder, pid: runner.pid, since: runner.since, stopped: runner.stopped ?? null, alive: alive ?? null},
    lastFailure: state.lastFailure === undefined ? null : {...state.lastFailure, code: state.lastFailure.code ?? null},
    paused: state.paused ?? null,
    approvals: state.approvals.map(({gate, actor, at, reason}) => ({
      gate,
      actor: actor.name,
      authenticated: actor.authenticated,
      at,
      reason: reason ?? null,
    })),
    lastVerification: state.verifications.at(-1) ?? null,
    createdAt: state.createdAt,
    entries: state.head.seq,
  };
}
