/** What a plan says of the room that a run may take on its servers, and what that is where it says nothing. */
import * as z from 'zod';
import type {Plan, RetentionPlan} from './plan.ts';
import {duration} from './plan-words.ts';

export const retention = z
  .strictObject({
    margin: duration({min: 1}).prefault('30m').describe('How long before a slot is lost or a disk is full people are warned.'),
    atLimit: z
      .enum(['dropSlot', 'stop'])
      .default('dropSlot')
      .describe(
        'When the log kept for the run fills the disk: dropSlot gives the stream up, so that the server goes on serving; stop keeps it and stops the run, and a person has to make room.',
      ),
  })
  .transform(({margin, atLimit}): RetentionPlan => ({marginMs: margin, atLimit}));

/** Production wins: a migration can be begun again. */
const DEFAULT: RetentionPlan = {marginMs: 30 * 60_000, atLimit: 'dropSlot'};

/** Plans that were pinned before there was the setting have none. */
export const retentionOf = (plan: Pick<Plan, 'retention'>): RetentionPlan => plan.retention ?? DEFAULT;
