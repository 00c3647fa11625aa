/** A call as a document and as an environment. Both are interfaces: fields are added and never changed. */
import {HOOK_FACTS, type HookCall} from './hook.ts';

export const messageOf = ({event, delivery, at, isDryRun, migration, phase, openSide, epoch, facts, text}: HookCall): string =>
  JSON.stringify({schemaVersion: 1, event, delivery, at, dryRun: isDryRun, migration, phase, openSide, epoch, facts, text});

/** Every variable is there at every moment, empty where it says nothing, so that a program never reads one it inherited. */
export const environmentOf = (call: HookCall): Readonly<Record<string, string>> => ({
  CROSSFADE_HOOK: call.event,
  CROSSFADE_DELIVERY: call.delivery,
  CROSSFADE_AT: call.at,
  CROSSFADE_DRY_RUN: String(call.isDryRun),
  CROSSFADE_MIGRATION: call.migration.name,
  CROSSFADE_MIGRATION_ID: call.migration.id,
  CROSSFADE_PLAN_CHECKSUM: call.migration.planChecksum,
  CROSSFADE_PHASE: call.phase,
  CROSSFADE_OPEN_SIDE: call.openSide,
  CROSSFADE_EPOCH: String(call.epoch),
  CROSSFADE_TEXT: call.text,
  ...Object.fromEntries(HOOK_FACTS.map((name) => [variableOf(name), call.facts[name] ?? ''])),
});

const variableOf = (fact: string): string => `CROSSFADE_${fact.toUpperCase().replaceAll('-', '_')}`;
