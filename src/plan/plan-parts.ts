/** The parts of a plan that every workflow has. */
import * as z from 'zod';
import {KEY_PATTERN, ROLES} from '../model/person.ts';
import {memberList} from './member-list.ts';
import {duration, nonEmpty, secret, size, wholeNumber} from './plan-words.ts';
import type {Vocabulary} from './vocabulary.ts';

export const planName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens, 63 characters at most')
  .describe("The migration's name; typed to confirm a cutover.");

export const workflowName = (names: readonly string[]) => z.enum(names).describe('In which order: a file of workflows/.');

export const tls = z.strictObject({
  mode: z.enum(['verify-full', 'disable']),
  ca: z.exactOptional(nonEmpty.describe('Certificate authority file, relative to the plan.')),
});

export const database = (words: Vocabulary) =>
  z.strictObject({
    engine: z.enum(words.engines),
    url: secret.describe('A reference: env:NAME, file:/absolute/path or exec:command; or a URL without a password.'),
    tls: z.exactOptional(tls.describe('Connections that leave the machine are encrypted and verified unless this says otherwise.')),
    disk: z.exactOptional(
      size(1024 ** 2, 1024 ** 5).describe(
        'What this server may take on its disk in all, log included: 200GiB. No server tells its clients.',
      ),
    ),
  });

/** Made once per schema: it stands in every kind of plan. */
export function gates(words: Vocabulary) {
  const list = z.exactOptional(memberList('gate', words.gates).meta({id: 'gates'}));
  return z
    .strictObject(Object.fromEntries(words.phases.map((phase) => [phase, list])))
    .prefault({})
    .describe("By phase: what must be green before it begins. A phase not named keeps its workflow's own gates.");
}

/** Absent where a plan has none. */
export const throttleList = (words: Vocabulary) =>
  z.exactOptional(
    memberList('throttle', words.throttles).describe(
      'When copying, filling and comparing wait, so that the application has the servers. The stream never waits.',
    ),
  );

export type Gates = ReturnType<typeof gates>;

const person = z.strictObject({
  name: z.string().regex(/^[\w.@+-]{1,64}$/, 'must be letters, digits and . _ - @ +'),
  key: z.string().regex(KEY_PATTERN, 'must be ed25519: and 43 characters, as crossfade identity prints it').describe('The public half.'),
  role: z.enum(ROLES).default('approve').describe('Only approve may approve.'),
  accounts: z
    .array(nonEmpty)
    .default([])
    .describe('As which this person starts runs, as status shows it: ann (uid 1000). Approvals of whoever started a run do not count.'),
});

export const approval = z
  .strictObject({
    quorum: wholeNumber(1, 9).default(1).describe('How many people must approve.'),
    starterMay: z.boolean().default(false).describe('Whether the person who started the run counts.'),
    expires: duration({min: 1}).prefault('24h').describe('How long an approval is valid.'),
    people: z.exactOptional(
      z
        .array(person)
        .min(1, 'must name at least one')
        .describe('Who signs approvals, by a key; then nobody else counts. A quorum above 1 needs it.'),
    ),
  })
  .refine(({people = []}) => new Set(people.map(({name}) => name)).size === people.length, 'names two people alike')
  .refine(({people = []}) => new Set(people.map(({key}) => key)).size === people.length, 'gives one key to two people')
  .refine(
    ({people, quorum}) => !people || people.filter(({role}) => role === 'approve').length >= quorum,
    'needs at least as many people who may approve as the quorum',
  )
  .prefault({});
