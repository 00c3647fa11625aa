/** What a plan that moves the reads first says of them, and what of a move it narrows. */
import * as z from 'zod';
import {memberList} from './member-list.ts';
import {database} from './plan-parts.ts';
import {nonEmpty, tablePattern, wholeNumber} from './plan-words.ts';
import type {Vocabulary} from './vocabulary.ts';

/** Of these the router knows which side shows a reader's own writes. */
const ENGINES = ['postgres'];
/** What routes reads one by one. */
const SWITCHES = ['router'];

export const dualParts = (words: Vocabulary) => ({
  source: database({...words, engines: ENGINES}).describe('The database that serves now.'),
  target: database({...words, engines: ENGINES}).describe('The database that is to serve.'),
  switch: memberList('switch', SWITCHES).prefault(['router']).describe('What routes the application: its own router.'),
  applicationRoles: z
    .array(nonEmpty)
    .min(1, 'must name at least one role')
    .describe('Roles the application connects as; they may report its reads.'),
  reads: z
    .strictObject({
      outbox: tablePattern
        .refine((name) => !name.includes('*'), 'must name one table')
        .describe("The application's table for the tokens of its writes."),
      shadow: z
        .strictObject({
          percent: wholeNumber(1, 100).default(10).describe('Of the reads: how many are tried on both sides, here and while they shift.'),
          equal: wholeNumber(1, 1_000_000).default(1000).describe('How many must have had the same answer before any of them shifts.'),
        })
        .prefault({}),
      shift: z
        .strictObject({
          steps: z
            .array(wholeNumber(1, 100))
            .min(1, 'must name at least one share')
            .refine((steps) => steps.every((step, i) => i === 0 || step > (steps[i - 1] ?? 0)), 'must rise')
            .default([1, 10, 50, 100])
            .describe('Percent of the reads that the target answers, one after the other.'),
          answered: wholeNumber(1, 1_000_000).default(1000).describe('How many reads the target must have answered at each of them.'),
        })
        .prefault({}),
      failuresMax: wholeNumber(0, 1_000_000)
        .default(10)
        .describe('More failed reads than this at one share, and all go back to the source.'),
    })
    .describe('How the reads move before the writes.'),
});
