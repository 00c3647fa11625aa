/** The relay as the plan names it. */
import type {MigrationRef} from '../engine/engine.ts';
import type {Effects} from '../model/effects.ts';
import type {KafkaRelayPlan, Plan} from '../plan/plan.ts';
import {resolveDatabaseUrl, resolveSecret} from '../plan/secret.ts';
import type {KafkaSettings} from '../relay/kafka.ts';
import type {Relay} from '../relay/relay.ts';
import {relays} from '../relay/relays.ts';

export const openRelay = async (plan: Plan, migration: MigrationRef, effects: Effects): Promise<Relay> =>
  plan.relay.kind === 'kafka' ? relays.kafka({settings: await settingsOf(plan.relay, plan), migration, effects}) : relays['in-process']();

const settingsOf = async ({sasl, tls, connect, source, ...same}: KafkaRelayPlan, plan: Plan): Promise<KafkaSettings> => ({
  ...same,
  ...(tls && {tls}),
  ...(sasl && {sasl: {...sasl, password: await resolveSecret(sasl.password)}}),
  connect: await resolveSecret(connect),
  source: await resolveDatabaseUrl(source ?? plan.source.url),
  ...(plan.source.tls && {sourceTls: plan.source.tls}),
});
