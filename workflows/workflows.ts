/** The workflows a plan can name, by that name. */
import type {Workflow} from '../src/workflow/workflow.ts';
import {liveMigration} from './live-migration.ts';

export const workflows = {
  'live-migration': liveMigration,
} satisfies Record<string, Workflow>;
