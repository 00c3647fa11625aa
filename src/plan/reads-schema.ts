/** What a plan that moves the reads first says of them, and what of a move it narrows. */
import * as z from 'zod';
import {memberList} from './member-list.ts';
import {database} from './plan-parts.ts';
import {nonEmpty, tablePattern, wholeNumber} from './plan-words.ts';
import type {Vocabulary} from './vocabulary.ts';

/** Of the source the router raises tokens in writes; of the target it also knows which snapshot shows them. */
const ENGINES = {source: ['postgres', 'mysql', 'mariadb'], target: ['postgres']} as const;
/** What routes reads one by one. */
const SWITCHES = ['router'];

export const reads = z
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
      .describe('More failed reads than this at one share, and later among as many reads, and all go back to the source.'),
  })
  .describe('How the reads move before the writes.');

export const dualParts = (words: Vocabulary) => ({
  source: database({...words, engines: ENGINES.source}).describe('The database that serves now.'),
  target: database({...words, engines: ENGINES.target}).describe('The database that is to serve.'),
  switch: memberList('switch', SWITCHES).prefault(['router']).describe('What routes the application: its own router.'),
  applicationRoles: z
    .array(nonEmpty)
    .min(1, 'must name at least one role')
    .describe('Roles the application connects as; they may report its reads.'),
  reads,
});

type File = {
  readonly source: {readonly engine: string};
  readonly target: {readonly engine: string};
  readonly switch: readonly {readonly name: string}[];
  readonly applicationRoles: readonly string[];
  readonly gates: Readonly<Record<string, readonly {readonly name: string}[]>>;
  readonly reads?: unknown;
};

/** For a plan that may do without: what `dualParts` narrows has to be so when it says how its reads move. */
export function checkReads(file: File, context: z.core.$RefinementCtx<unknown>): void {
  const refuse = (path: (string | number)[], message: string): void => context.addIssue({code: 'custom', path, message});
  if (!file.reads) return checkNoReads(file, refuse);
  for (const side of ['source', 'target'] as const)
    if (!ENGINES[side].some((engine) => engine === file[side].engine))
      refuse([side, 'engine'], `must be ${ENGINES[side].join(' or ')} where reads move before the writes`);
  for (const [index, {name}] of file.switch.entries())
    if (!SWITCHES.includes(name)) refuse(['switch', index], `must be ${SWITCHES.join(' or ')} where reads move before the writes`);
  if (file.applicationRoles.length === 0) refuse(['applicationRoles'], 'must name at least one role: it reports its reads');
}

const checkNoReads = ({gates}: File, refuse: (path: (string | number)[], message: string) => void): void => {
  for (const [phase, list] of Object.entries(gates))
    for (const [index, {name}] of list.entries())
      if (name === 'reads-match') refuse(['gates', phase, index], 'is for plans with reads: no others have reads that routers report');
};
