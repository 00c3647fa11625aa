import {workflow} from '../src/workflow/define-workflow.ts';

/**
 * Changes a schema in place. Until `contract` the old shape goes on working beside the new one, however long people
 * take over the approval, and `abort` removes what was added. There is no cutover: the application starts to use the new
 * shape when it is deployed.
 */
export const expandContract = workflow('expand-contract', {
  assess: {next: 'expand', abort: 'aborted'},
  expand: {next: 'backfill', abort: 'aborted'},
  backfill: {next: 'verify-expansion', abort: 'aborted'},
  'verify-expansion': {next: 'contract', abort: 'aborted'},
  contract: {next: 'completed', back: 'verify-expansion', abort: 'aborted', gates: ['approval']},
});
