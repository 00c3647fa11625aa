import {expect, test} from 'vitest';
import {workflows} from '../../workflows/workflows.ts';

test('the graph of live-migration', () => {
  expect(workflows['live-migration'].graph()).toBe(LIVE_MIGRATION);
});

test('the graph of expand-contract', () => {
  expect(workflows['expand-contract'].graph()).toBe(EXPAND_CONTRACT);
});

test('the graph of dual-write', () => {
  expect(workflows['dual-write'].graph()).toBe(DUAL_WRITE);
});

const DUAL_WRITE = `stateDiagram-v2
  state "assess" as assess
  state "prepare-target" as prepare_target
  state "dual-on" as dual_on
  state "initial-load" as initial_load
  state "catch-up" as catch_up
  state "verify-data" as verify_data
  state "shadow-reads" as shadow_reads
  state "shift-reads" as shift_reads
  state "cutover" as cutover
  state "reverse-window" as reverse_window
  state "reverse-cutover" as reverse_cutover
  state "dual-off" as dual_off
  state "decommission" as decommission
  [*] --> assess
  assess --> prepare_target : done
  assess --> aborted : abort
  prepare_target --> dual_on : done
  prepare_target --> aborted : abort
  dual_on --> initial_load : done
  dual_on --> aborted : abort
  initial_load --> catch_up : done
  initial_load --> aborted : abort
  catch_up --> verify_data : done
  catch_up --> aborted : abort
  verify_data --> shadow_reads : done
  verify_data --> aborted : abort
  shadow_reads --> shift_reads : done
  shadow_reads --> aborted : abort
  shift_reads --> cutover : done
  shift_reads --> aborted : abort
  cutover --> reverse_window : done
  cutover --> catch_up : back
  cutover --> aborted : abort
  reverse_window --> dual_off : done
  reverse_window --> reverse_cutover : reverse
  reverse_cutover --> catch_up : done
  reverse_cutover --> reverse_window : back
  dual_off --> decommission : done
  decommission --> completed : done
  aborted --> [*]
  completed --> [*]
  note right of cutover : gates replication-lag, checksum-match, reads-match, approval
  note right of reverse_cutover : gates replication-lag
`;

const EXPAND_CONTRACT = `stateDiagram-v2
  state "assess" as assess
  state "expand" as expand
  state "sync" as sync
  state "backfill" as backfill
  state "verify-expansion" as verify_expansion
  state "switch-reads" as switch_reads
  state "contract" as contract
  [*] --> assess
  assess --> expand : done
  assess --> aborted : abort
  expand --> sync : done
  expand --> aborted : abort
  sync --> backfill : done
  sync --> aborted : abort
  backfill --> verify_expansion : done
  backfill --> aborted : abort
  verify_expansion --> switch_reads : done
  verify_expansion --> aborted : abort
  switch_reads --> contract : done
  switch_reads --> aborted : abort
  contract --> completed : done
  contract --> verify_expansion : back
  contract --> aborted : abort
  aborted --> [*]
  completed --> [*]
  note right of contract : gates approval
`;

const LIVE_MIGRATION = `stateDiagram-v2
  state "assess" as assess
  state "prepare-target" as prepare_target
  state "initial-load" as initial_load
  state "catch-up" as catch_up
  state "verify-data" as verify_data
  state "cutover" as cutover
  state "reverse-window" as reverse_window
  state "reverse-cutover" as reverse_cutover
  state "decommission" as decommission
  [*] --> assess
  assess --> prepare_target : done
  assess --> aborted : abort
  prepare_target --> initial_load : done
  prepare_target --> aborted : abort
  initial_load --> catch_up : done
  initial_load --> aborted : abort
  catch_up --> verify_data : done
  catch_up --> aborted : abort
  verify_data --> cutover : done
  verify_data --> aborted : abort
  cutover --> reverse_window : done
  cutover --> catch_up : back
  cutover --> aborted : abort
  reverse_window --> decommission : done
  reverse_window --> reverse_cutover : reverse
  reverse_cutover --> catch_up : done
  reverse_cutover --> reverse_window : back
  decommission --> completed : done
  aborted --> [*]
  completed --> [*]
  note right of cutover : gates replication-lag, checksum-match, approval
  note right of reverse_cutover : gates replication-lag
`;
