import {workflow} from '../src/workflow/define-workflow.ts';

/**
 * Changes a schema in place. Until `contract` the old shape goes on working beside the new one, however long people
 * take over the approval, and `abort` removes what was added. There is no cutover: from `sync` on either shape may be
 * written, from `switch-reads` on the new one may be read, by the versions of the application that are deployed.
 */
export const expandContract = workflow('expand-contract', {
  assess: {next: 'expand', abort: 'aborted'},
  expand: {next: 'sync', abort: 'aborted'},
  sync: {next: 'backfill', abort: 'aborted'},
  backfill: {next: 'verify-expansion', abort: 'aborted'},
  'verify-expansion': {next: 'switch-reads', abort: 'aborted'},
  'switch-reads': {next: 'contract', abort: 'aborted'},
  contract: {next: 'completed', back: 'verify-expansion', abort: 'aborted', gates: ['approval']},
});
