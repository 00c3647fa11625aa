/** The workflows a plan can name, by that name. */
import type {Workflow} from '../src/workflow/workflow.ts';
import {dualWrite} from './dual-write.ts';
import {expandContract} from './expand-contract.ts';
import {liveMigration} from './live-migration.ts';

export const workflows = {
  'live-migration': liveMigration,
  'expand-contract': expandContract,
  'dual-write': dualWrite,
} satisfies Record<string, Workflow>;
