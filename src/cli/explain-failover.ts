/** The pages about the automation that makes another server the primary by itself. */
import {page} from './explain-page.ts';

export const failoverPages = {
  'CF-FAILOVER-001': page(
    'the failover automation could not be paused, resumed or asked',
    'A program under failover in the plan ended with an error, took too long (fifteen seconds, five to observe), or was called and the automation then says otherwise. Before the hold that calls the attempt off, and nothing was held. After it the automation may still be paused: the servers serve, but nobody stands in for a primary that fails.',
    'When the automation’s own interface is down or its password has changed. As a warning of doctor: somebody has paused it, or a cutover is under way.',
    'Run the program by hand with CROSSFADE_FAILOVER_ACTION and CROSSFADE_SIDE set, and mend what it says. A runner that is alive tries again every few seconds to resume; crossfade resume does so when none is. docs/runbook/failover.md.',
  ),
  'CF-FAILOVER-002': page(
    'another server is primary than planned',
    'The program under failover.observe names a server that is not the one of the plan: the automation has promoted another, or the plan has its address in other words. Before the decision the attempt is taken back and the run stops. After it, or when a runner has died in the middle, it is unknown who takes writes (exit 7), and nothing is opened: the promoted server may lack the fence or the decision.',
    'In a first try, where the addresses of the plan go through a proxy and failover.primary is not given.',
    'Nothing held: make the planned server primary again, or correct failover.primary (crossfade amend), then crossfade resume. With exit 7: keep every application away from both clusters, and compare crossfade.fence on all their servers as docs/runbook/failover.md says.',
  ),
  'CF-FAILOVER-003': page(
    'nobody tells the failover automation about a cutover',
    'The plan has no failover, so a cluster whose automation takes a closed or slow primary for dead may promote another server in the middle of a cutover.',
    'With single servers, and where the automation is paused by hand.',
    'With Patroni or its like: write failover: {pause, resume, observe} into the plan. Otherwise nothing, or pause it by hand before the cutover. docs/runbook/failover.md.',
  ),
};

export const failoverStepPages = {
  'pause-failover': page(
    'no server is promoted by itself meanwhile',
    'The plan’s program pauses the automation of both clusters, and it has to say so itself. Users do not wait for this.',
    'Before the hold, where the plan has failover.',
    'When it fails nothing is held: crossfade explain CF-FAILOVER-001.',
  ),
  'observe-failover': page(
    'the planned servers are primary',
    'The automation is asked which server is primary on each side: before the hold, after the fence, before the other side opens, and first of all when a runner takes over from one that died.',
    'Where the plan has failover.',
    'Another server than planned stops the run: crossfade explain CF-FAILOVER-002.',
  ),
  'resume-failover': page(
    'the automation goes on',
    'The plan’s program resumes it on both sides, and it has to say so itself. The watchdog does so too, when the runner cannot.',
    'After the switch, and after every undo.',
    'When it fails it is tried again every few seconds, and crossfade status says so: run the program by hand.',
  ),
} as const;
