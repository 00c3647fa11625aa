/** Settings of throttles as a plan writes them, by the throttle's name. */
import * as z from 'zod';
import {isTimeZone, wallClock} from './gate-settings-schema.ts';
import {duration, holdsNoPassword, nonEmpty, PASSWORD_REFUSED, secretText} from './plan-words.ts';

const DAY_MS = 86_400_000;
const number = z.number({error: 'must be a number'});
const timeout = z.exactOptional(duration({min: 1, max: 60_000}).describe('No answer by then, and work waits.'));
const name = z.exactOptional(nonEmpty.describe('What people are shown.'));

export const THROTTLE_SETTINGS = {
  'replica-lag': z.strictObject({
    max: duration({min: 1, max: DAY_MS}).describe('Work waits while a replica of the source is further behind.'),
    replicas: z.exactOptional(
      z
        .array(secretText)
        .min(1, 'must name at least one')
        .describe('Their addresses, as references; left out: those that the source says follow it (PostgreSQL).'),
    ),
  }),
  'connection-load': z.strictObject({
    max: z
      .string({error: 'must be a percentage such as 70%'})
      .regex(/^(?:[1-9]\d?|100)%$/, 'must be a percentage from 1% to 100%')
      .transform((text) => Number.parseInt(text, 10))
      .describe('Work waits while more of the connections of a server are in use.'),
  }),
  'statement-latency': z
    .strictObject({
      max: duration({min: 1, max: DAY_MS}).describe('Work waits while a statement takes longer on the source.'),
      query: z.exactOptional(
        nonEmpty.describe('A statement that is timed each second, read-only; left out: what the server counts of other roles.'),
      ),
    })
    .refine(holdsNoPassword, PASSWORD_REFUSED),
  sql: z
    .strictObject({
      query: nonEmpty.describe('One query with one number; it runs read-only.'),
      max: number.describe('Work waits while the answer is higher.'),
      on: z.exactOptional(z.enum(['source', 'target']).describe('source unless said otherwise.')),
      name,
      timeout,
    })
    .refine(holdsNoPassword, PASSWORD_REFUSED),
  http: z.strictObject({
    url: secretText.describe('Where to GET: a reference. Anything but 2xx, and silence, makes work wait.'),
    max: z.exactOptional(number.describe('The highest number that it may answer.')),
    name,
    timeout,
  }),
  schedule: z.strictObject({
    zone: z.string().refine(isTimeZone, 'must be a time zone such as Europe/Berlin').describe('Whose wall clock; UTC is one.'),
    windows: z
      .array(
        z
          .strictObject({
            days: z.exactOptional(z.array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])).min(1, 'must name at least one day')),
            from: wallClock,
            to: wallClock.describe('Before `from`: on the next day.'),
          })
          .refine(({from, to}) => from !== to, 'from and to must differ'),
      )
      .min(1, 'must name at least one')
      .describe('When work is done; at other hours it waits, and the stream goes on.'),
  }),
} satisfies Readonly<Record<string, z.ZodType<Record<string, unknown>>>>;
