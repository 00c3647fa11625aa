import {workflow} from '../src/workflow/define-workflow.ts';

/**
 * Moves a database whose application uses `crossfade/router`, reads first: they are tried on both sides and moved a
 * share at a time, so that the target has answered real traffic before it takes a single write. Writes move with the
 * cutover of `live-migration`, and the way back is the same.
 */
export const dualWrite = workflow('dual-write', {
  assess: {next: 'prepare-target', abort: 'aborted'},
  'prepare-target': {next: 'dual-on', abort: 'aborted'},
  'dual-on': {next: 'initial-load', abort: 'aborted'},
  'initial-load': {next: 'catch-up', abort: 'aborted'},
  'catch-up': {next: 'verify-data', abort: 'aborted'},
  'verify-data': {next: 'shadow-reads', abort: 'aborted'},
  'shadow-reads': {next: 'shift-reads', abort: 'aborted'},
  'shift-reads': {next: 'cutover', abort: 'aborted'},
  cutover: {
    next: 'reverse-window',
    back: 'catch-up',
    abort: 'aborted',
    gates: ['replication-lag', 'checksum-match', 'reads-match', 'approval'],
  },
  'reverse-window': {next: 'dual-off', reverse: 'reverse-cutover'},
  'reverse-cutover': {next: 'catch-up', back: 'reverse-window', gates: ['replication-lag']},
  'dual-off': {next: 'decommission'},
  decommission: {next: 'completed'},
});
