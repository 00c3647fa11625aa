/**
 * A list of gates, switches or throttles as a plan writes them: `approval`, or `replication-lag: {max: 1s}`. Settings of the
 * members below are checked word by word; those of other members are passed on as they stand, to be read by the member.
 */
import * as z from 'zod';
import {GATE_SETTINGS, mayBeBare} from './gate-settings-schema.ts';
import type {Named} from './plan.ts';
import {THROTTLE_SETTINGS} from './throttle-settings-schema.ts';
import {holdsNoPassword, nonEmpty, PASSWORD_REFUSED, secretText} from './plan-words.ts';

type Kind = 'gate' | 'switch' | 'throttle';

export function memberList(kind: Kind, names: readonly string[]) {
  const member = z
    .union([z.enum(names), oneMember(kind, names)])
    .refine(
      (one) => typeof one !== 'string' || kind === 'switch' || (kind === 'gate' && mayBeBare(one)),
      'needs settings, which crossfade explain tells',
    );
  return z.array(member).transform((members) => members.map(toNamed));
}

const oneOrMore = (one: z.ZodType<string>) => z.union([one, z.array(one).min(1, 'must name at least one')]);
/** As HAProxy takes them; they stand in its commands, which end at a space or a semicolon. */
const haproxyName = z.string().regex(/^[\w.:-]+$/, 'must be a name as HAProxy has it');
const haproxySocket = z.string().regex(/^(?:\/\S+|[^\s/]+:\d+)$/, 'must be a path, or host:port');

/** Durations become milliseconds here, so a member may meet a number as well as a text. */
const KNOWN_SETTINGS: Readonly<Record<string, z.ZodType<Record<string, unknown>>>> = {
  ...GATE_SETTINGS,
  router: z.strictObject({}),
  pgbouncer: z.strictObject({
    admin: z
      .union([secretText, z.array(secretText).min(1, 'must name at least one instance')])
      .describe('The admin console of each instance: a reference, or a list of them.'),
    database: nonEmpty.describe('The entry of [databases] that the application uses.'),
    config: nonEmpty.describe('The configuration file that is rewritten at the cutover.'),
    sourceHost: z.exactOptional(
      nonEmpty.describe('host=... port=... dbname=... as PgBouncer reaches the source, where the plan has another address.'),
    ),
    targetHost: z.exactOptional(nonEmpty.describe('The same for the target.')),
  }),
  haproxy: z.strictObject({
    socket: oneOrMore(haproxySocket).describe('The stats socket (level admin) of each instance: a path or host:port, or a list of them.'),
    backend: haproxyName.describe('The backend, or the listen section, that the application reaches.'),
    source: oneOrMore(haproxyName).describe('Its server that is the source; a list where a health check picks the primary.'),
    target: oneOrMore(haproxyName).describe('The same for the target.'),
    hold: haproxyName.describe('Its server that refuses every connection, by which clients are made to wait.'),
    stateFile: z.exactOptional(
      nonEmpty.describe('The server-state-file of the backend, rewritten after each change; left out: HAProxy forgets at a reload.'),
    ),
  }),
  command: z
    .strictObject({
      run: z
        .union([nonEmpty, z.array(nonEmpty).min(1, 'must not be empty')])
        .describe('The executable, or a list of it and its arguments.'),
      transparent: z.exactOptional(z.boolean().describe('Whether clients only wait, and see no broken connections.')),
    })
    .refine(holdsNoPassword, PASSWORD_REFUSED),
};

const THROTTLES: Readonly<Record<string, z.ZodType<Record<string, unknown>>>> = THROTTLE_SETTINGS;

const openSettings = z.record(z.string(), z.unknown()).refine(holdsNoPassword, PASSWORD_REFUSED);

/** Switches say themselves what they lack; a gate would be asked for the first time in front of the cutover. */
const settingsOf = (kind: Kind, name: string) => {
  if (kind === 'throttle') return THROTTLES[name] ?? openSettings;
  const settings = KNOWN_SETTINGS[name] ?? openSettings;
  return kind === 'switch' || mayBeBare(name) ? settings.nullable() : settings;
};

function oneMember(kind: Kind, names: readonly string[]) {
  const shape = Object.fromEntries(names.map((name) => [name, z.exactOptional(settingsOf(kind, name))]));
  return z.strictObject(shape).refine((member) => Object.keys(member).length === 1, {
    error: `must name one ${kind}: start a new list entry for the next one`,
    // An unknown name has been reported by then, and would be missing here.
    when: ({issues}) => issues.length === 0,
  });
}

function toNamed(member: string | Readonly<Record<string, Readonly<Record<string, unknown>> | null>>): Named {
  if (typeof member === 'string') return {name: member, settings: {}};
  const [[name, settings] = ['', null]] = Object.entries(member);
  return {name, settings: settings ?? {}};
}
