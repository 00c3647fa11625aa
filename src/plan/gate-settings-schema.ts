/** Settings of gates as a plan writes them, by the gate's name. */
import * as z from 'zod';
import {duration, holdsNoPassword, nonEmpty, PASSWORD_REFUSED, secretText, tablePattern, wholeNumber} from './plan-words.ts';

const every = z.exactOptional(duration({min: 1000}).describe('How long an answer counts before it is asked for again.'));
const timeout = z.exactOptional(duration({min: 1}).describe('No answer by then is a no-go.'));
const name = z.exactOptional(nonEmpty.describe('What people are shown.'));
export const wallClock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 02:30');

export const GATE_SETTINGS = {
  'replication-lag': z.strictObject({
    max: z.exactOptional(
      duration({min: 1}).describe('Red while changes take longer than this to reach the target; 1s unless said otherwise.'),
    ),
  }),
  'checksum-match': z.strictObject({
    freshness: z.exactOptional(duration({min: 1}).describe('Red when the last complete comparison is older; 24h unless said otherwise.')),
  }),
  'row-count': z.strictObject({every}),
  'long-transactions': z.strictObject({
    max: z.exactOptional(duration({min: 1}).describe('Red while a transaction on the tables is older; 5s unless said otherwise.')),
  }),
  'reverse-ready': z.strictObject({}),
  'maintenance-window': z
    .strictObject({
      days: z.exactOptional(z.array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])).min(1, 'must name at least one day')),
      from: wallClock,
      to: wallClock.describe('Before `from`: on the next day.'),
      zone: z.string().refine(isTimeZone, 'must be a time zone such as Europe/Berlin').describe('Whose wall clock; UTC is one.'),
    })
    .refine(({from, to}) => from !== to, 'from and to must differ'),
  sql: z
    .strictObject({
      query: nonEmpty.describe('One query; it runs read-only.'),
      on: z.exactOptional(
        z.enum(['source', 'target', 'both']).describe('target unless said otherwise; both: the answers have to be alike.'),
      ),
      expect: z.exactOptional(z.string().describe('The only value of the answer, as text. Left out: no row is wanted.')),
      name,
      every,
      timeout,
    })
    .refine(({on, expect}) => on !== 'both' || expect === undefined, 'expect does not go with on: both')
    .refine(holdsNoPassword, PASSWORD_REFUSED),
  webhook: z.strictObject({
    url: secretText.describe('Where to POST: a reference.'),
    secret: z.exactOptional(secretText.describe('Signs the body, HMAC-SHA256.')),
    name,
    every,
    timeout,
  }),
  'error-rate': z
    .strictObject({
      prometheus: z.exactOptional(secretText.describe('The address of a Prometheus: a reference.')),
      query: z.exactOptional(nonEmpty.describe('PromQL with one sample.')),
      url: z.exactOptional(secretText.describe('An address that answers a number, or {"value": 0.02}.')),
      token: z.exactOptional(secretText.describe('Sent as Authorization: Bearer.')),
      max: z.number({error: 'must be a number'}).min(0, 'must be at least 0').describe('Red above it.'),
      name,
      every,
      timeout,
    })
    .refine(
      ({prometheus, query, url}) =>
        (prometheus === undefined) === (query === undefined) && (prometheus === undefined) !== (url === undefined),
      'needs prometheus and query, or url',
    ),
  'backup-verified': z
    .strictObject({
      run: z
        .union([nonEmpty, z.array(nonEmpty).min(1, 'must not be empty')])
        .describe('The executable, or a list of it and its arguments.'),
      tables: z.array(tablePattern.refine((text) => !text.includes('*'), 'must name one table')).min(1, 'must name at least one table'),
      freshness: z.exactOptional(duration({min: 1}).describe('Red when the backup is older; 24h unless said otherwise.')),
      timeout: z.exactOptional(duration({min: 1000}).describe('For one restore; 6h unless said otherwise.')),
    })
    .refine(holdsNoPassword, PASSWORD_REFUSED),
  rehearsed: z.strictObject({
    record: nonEmpty.describe('The file that crossfade rehearse has written; relative to the plan.'),
    maxAge: z.exactOptional(duration({min: 1}).describe('Red when the rehearsal is older; 30d unless said otherwise.')),
    factor: z.exactOptional(
      z
        .number({error: 'must be a number'})
        .gt(1, 'must be above 1')
        .describe('Red when the source, or a table of it, is so many times larger or smaller than it was; 2 unless said otherwise.'),
    ),
  }),
  approval: z
    .strictObject({
      quorum: z.exactOptional(wholeNumber(1, 9)),
      starterMay: z.exactOptional(z.boolean()),
      expires: z.exactOptional(duration({min: 1})),
    })
    .describe('For this gate alone; what is left out stands under the top-level key approval.'),
} satisfies Readonly<Record<string, z.ZodType<Record<string, unknown>>>>;

/** Whether the name alone says everything. */
export const mayBeBare = (gate: string): boolean => {
  const known: Readonly<Record<string, z.ZodType>> = GATE_SETTINGS;
  return known[gate]?.safeParse({}).success ?? true;
};

export function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', {timeZone: zone}).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
