/** `crossfade hooks PLAN [EVENT]`: who is told what, or each hook of an event called once for nothing, with CROSSFADE_DRY_RUN=true. */
import {Argument} from 'commander';
import type {HookCall} from '../hook/hook.ts';
import {HOOK_EVENTS, type HookEvent, hookName, type HookRule} from '../model/hook.ts';
import type {PinnedPlan} from '../plan/plan.ts';
import type {CommandModule} from './command.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {hookLines, hooksDocument} from './hook-lines.ts';
import type {Output} from './output.ts';
import {planArgument} from './plan-argument.ts';

export const command: CommandModule = {
  configure: (command) =>
    void command
      .argument('<file>', 'the plan, or - for stdin')
      .addArgument(new Argument('[event]', 'call the hooks of this event once, as a dry run').choices(HOOK_EVENTS)),
  run: async (invocation) => {
    const {args, output} = invocation;
    const pinned = await planArgument(invocation);
    const event = HOOK_EVENTS.find((name) => name === args[1]);
    return event === undefined ? list(pinned, output) : callAll(pinned, event, output);
  },
};

function list({plan, file}: PinnedPlan, output: Output): ExitCode {
  if (output.isJson) output.document({hooks: hooksDocument(plan)});
  else for (const line of hookLines(plan)) output.data(line);
  output.say(plan.hooks ? `Next: crossfade hooks ${file} EVENT calls them as a dry run` : 'the plan has no hooks');
  return EXIT.done;
}

async function callAll(pinned: PinnedPlan, event: HookEvent, output: Output): Promise<ExitCode> {
  const {callOnce} = await import('./compose-hooks.ts');
  const rules = (pinned.plan.hooks ?? []).filter(({on}) => on.includes(event));
  const calls: {hook: string; delivery: string; ok: boolean; says: string}[] = [];
  for (const rule of rules) calls.push(await called(rule));
  if (output.isJson) output.document({event, dryRun: true, calls});
  else for (const {hook, ok, says} of calls) output.data(`${hook}: ${ok ? '' : 'failed: '}${says}`);
  if (calls.length === 0) output.say(`no hook of the plan is called for ${event}`);
  return calls.every(({ok}) => ok) ? EXIT.done : EXIT.noGo;

  async function called(rule: HookRule) {
    const call: HookCall = await tryCall(pinned, event);
    output.say(`calling ${hookName(rule)} …`);
    return {hook: hookName(rule), delivery: call.delivery, ...(await callOnce(rule, call))};
  }
}

/** As it would be, with nothing that can only be known of a run. */
async function tryCall({plan, checksum}: PinnedPlan, event: HookEvent): Promise<HookCall> {
  const {effectsOf} = await import('../runner/system-effects.ts');
  const {announcementWords} = await import('./compose-hooks.ts');
  const {textOf} = await import('../hook/texts.ts');
  const {clock, randomId} = await effectsOf(process.env);
  const phase = 'dry-run';
  return {
    event,
    delivery: randomId(),
    at: clock.now().toISOString(),
    isDryRun: true,
    migration: {id: 'dry-run', name: plan.name, planChecksum: checksum},
    ...{phase, openSide: 'source', epoch: 0, facts: {}},
    text: textOf(event, {}, phase, plan.announcements ?? {}, announcementWords(plan)),
  };
}
