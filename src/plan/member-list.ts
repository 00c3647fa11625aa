/**
 * A list of gates or switches as a plan writes them: `approval`, or `replication-lag: {max: 1s}`. Settings of the
 * members below are checked word by word; those of other members are passed on as they stand, to be read by the member.
 */
import * as z from 'zod';
import type {Named} from './plan.ts';
import {duration, holdsNoPassword, nonEmpty, PASSWORD_REFUSED, secretText, wholeNumber} from './plan-words.ts';

export function memberList(kind: 'gate' | 'switch', names: readonly string[]) {
  return z.array(z.union([z.enum(names), oneMember(kind, names)])).transform((members) => members.map(toNamed));
}

/** Durations become milliseconds here, so a member may meet a number as well as a text. */
const KNOWN_SETTINGS: Readonly<Record<string, z.ZodType<Record<string, unknown>>>> = {
  'replication-lag': z.strictObject({
    max: z.exactOptional(
      duration({min: 1}).describe('Red while changes take longer than this to reach the target; 1s unless said otherwise.'),
    ),
  }),
  'checksum-match': z.strictObject({
    freshness: z.exactOptional(duration({min: 1}).describe('Red when the last complete comparison is older; 24h unless said otherwise.')),
  }),
  approval: z
    .strictObject({
      quorum: z.exactOptional(wholeNumber(1, 9)),
      starterMay: z.exactOptional(z.boolean()),
      expires: z.exactOptional(duration({min: 1})),
    })
    .describe('For this gate alone; what is left out stands under the top-level key approval.'),
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
  command: z
    .strictObject({
      run: z
        .union([nonEmpty, z.array(nonEmpty).min(1, 'must not be empty')])
        .describe('The executable, or a list of it and its arguments.'),
      transparent: z.exactOptional(z.boolean().describe('Whether clients only wait, and see no broken connections.')),
    })
    .refine(holdsNoPassword, PASSWORD_REFUSED),
};

const openSettings = z.record(z.string(), z.unknown()).refine(holdsNoPassword, PASSWORD_REFUSED);

function oneMember(kind: 'gate' | 'switch', names: readonly string[]) {
  const shape = Object.fromEntries(names.map((name) => [name, z.exactOptional((KNOWN_SETTINGS[name] ?? openSettings).nullable())]));
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
