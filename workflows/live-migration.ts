import {workflow} from '../src/workflow/define-workflow.ts';

/**
 * Moves a database while it is in use. After a reverse cutover the sides are those of `catch-up` again, so a forward
 * cutover can follow; there is no state `reversed`.
 */
export const liveMigration = workflow('live-migration', {
  assess: {next: 'prepare-target', abort: 'aborted'},
  'prepare-target': {next: 'initial-load', abort: 'aborted'},
  'initial-load': {next: 'catch-up', abort: 'aborted'},
  'catch-up': {next: 'verify-data', abort: 'aborted'},
  'verify-data': {next: 'cutover', abort: 'aborted'},
  cutover: {next: 'reverse-window', back: 'catch-up', abort: 'aborted', gates: ['replication-lag', 'checksum-match', 'approval']},
  'reverse-window': {next: 'decommission', reverse: 'reverse-cutover'},
  'reverse-cutover': {next: 'catch-up', back: 'reverse-window', gates: ['replication-lag']},
  decommission: {next: 'completed'},
});
