/** The plan key `failover`: whom to tell that no other server may become primary while a cutover is under way. */
import * as z from 'zod';
import type {FailoverPlan} from './plan.ts';
import {nonEmpty, secret} from './plan-words.ts';

const program = z.array(nonEmpty).min(1, 'must name a program');

export const failover = z
  .strictObject({
    pause: program.describe('Program and arguments: from now on no server is promoted by itself. Called before the hold.'),
    resume: program.describe('The automation goes on. Called after the switch and after every undo, also by the watchdog.'),
    observe: program.describe('Prints {"primary": "host:port", "paused": false}: which server is primary now.'),
    primary: z.exactOptional(
      z
        .strictObject({source: nonEmpty, target: nonEmpty})
        .describe("What observe has to print as primary; left out, host:port of the plan's addresses."),
    ),
    secrets: z.exactOptional(
      z
        .record(z.string().regex(/^[A-Z_][A-Z0-9_]*$/, 'must be the name of an environment variable, in capitals'), secret)
        .describe('What the programs find in their environment: PATRONI_PASSWORD: env:NAME, file:/path or exec:command.'),
    ),
  })
  .transform((written): FailoverPlan => written)
  .describe('Programs that tell the automation of the clusters (Patroni and its like) about a cutover, once per side and call.');
