/** Every verb, in the order of the help. A new command is one line here and one file beside it. */
import type {CommandModule} from './command.ts';

export type CommandEntry = {
  readonly name: string;
  readonly summary: string;
  /** Started by Crossfade itself; not in the help. */
  readonly isHidden?: true;
  /** Its answer may fill several screens. */
  readonly isLong?: true;
  readonly load: () => Promise<{readonly command: CommandModule}>;
};

export const commands: readonly CommandEntry[] = [
  {name: 'init', summary: 'write a plan, with comments; asks at a terminal', load: () => import('./init.ts')},
  {name: 'validate', summary: 'read a plan file and say everything that is wrong with it', load: () => import('./validate.ts')},
  {name: 'doctor', summary: 'check servers, grants and settings', load: () => import('./doctor.ts')},
  {name: 'assess', summary: 'inventory both sides: sizes, growth, obstacles, estimates', isLong: true, load: () => import('./assess.ts')},
  {
    name: 'plan',
    summary: 'show the ordered steps of a plan, with their SQL, locks and undo',
    isLong: true,
    load: () => import('./plan.ts'),
  },
  {name: 'hooks', summary: 'who is told what happens; with an event, call its hooks as a dry run', load: () => import('./hooks.ts')},
  {name: 'announce', summary: 'print the text that people are to be told', load: () => import('./announce.ts')},
  {name: 'rehearse', summary: 'carry a plan out on an anonymised clone: forward, back and forward', load: () => import('./rehearse.ts')},
  {
    name: 'trial',
    summary: "make the target of an anonymised clone, open it to the application's own tests, and throw it away",
    load: () => import('./trial.ts'),
  },
  {name: 'run', summary: 'start a plan and carry it out until the end', load: () => import('./run.ts')},
  {name: 'resume', summary: 'go on with a run that was paused, stopped or killed', load: () => import('./resume.ts')},
  {name: 'worker', summary: "do a run's work, or stand by and take over when its runner is gone", load: () => import('./worker.ts')},
  {name: 'status', summary: 'where a run stands, and why it is not done', load: () => import('./status.ts')},
  {name: 'watch', summary: 'look on while a run goes on, with its numbers; leaving never stops it', load: () => import('./watch.ts')},
  {
    name: 'events',
    summary: 'list or follow what happened, and check that nobody altered it',
    isLong: true,
    load: () => import('./events.ts'),
  },
  {
    name: 'statements',
    summary: 'what statements cost on the target and how it plans them, beside the source',
    isLong: true,
    load: () => import('./statements.ts'),
  },
  {name: 'parked', summary: 'rows of the target that the source cannot hold, and why', isLong: true, load: () => import('./parked.ts')},
  {
    name: 'report',
    summary: 'what a run proves, as a page to hand on: people, gates, comparisons, stalls',
    load: () => import('./report.ts'),
  },
  {name: 'metrics', summary: 'the runs in numbers, once or for Prometheus to fetch', load: () => import('./metrics.ts')},
  {name: 'pause', summary: 'stop at the next safe point; the fence and the streams stay sound', load: () => import('./pause.ts')},
  {name: 'throttle', summary: 'slow the copying and comparing down; the stream goes on', load: () => import('./throttle.ts')},
  {name: 'unthrottle', summary: 'end a throttle', load: () => import('./unthrottle.ts')},
  {name: 'set', summary: 'change the pace of a run while it goes on', load: () => import('./set.ts')},
  {name: 'approve', summary: 'say yes to a gate', load: () => import('./approve.ts')},
  {name: 'reject', summary: 'say no to a gate; the run pauses', load: () => import('./reject.ts')},
  {name: 'identity', summary: 'make a key or a token to approve with', load: () => import('./identity.ts')},
  {name: 'serve', summary: 'the runs by HTTP: to look at, to steer and to approve', load: () => import('./serve.ts')},
  {name: 'token', summary: 'who is let in at the API, as what, and until when', load: () => import('./token.ts')},
  {name: 'verify', summary: 'compare both sides now, and repair what differs when asked to', load: () => import('./verify.ts')},
  {name: 'cutover', summary: 'let the traffic move to the target', load: () => import('./cutover.ts')},
  {name: 'reverse', summary: 'let the traffic move back to the source, without losing a write', load: () => import('./reverse.ts')},
  {name: 'complete', summary: 'end the way back and retire what the run left behind', load: () => import('./complete.ts')},
  {name: 'abort', summary: 'stop before the cutover and leave the source as it was', load: () => import('./abort.ts')},
  {
    name: 'amend',
    summary: 'record a changed plan for a run that stands still; approvals given before are void',
    load: () => import('./amend.ts'),
  },
  {name: 'adopt', summary: 'rebuild a lost local journal from what the databases know', load: () => import('./adopt.ts')},
  {name: 'unlock', summary: 'end a runner that is gone or hangs, so that another may go on', load: () => import('./unlock.ts')},
  {
    name: 'explain',
    summary: 'what a code, a step or a gate means, when it is normal, what to do',
    isLong: true,
    load: () => import('./explain.ts'),
  },
  {
    name: 'sql',
    summary: 'show every statement that a step sends, with its locks and what undoes it',
    isLong: true,
    load: () => import('./sql.ts'),
  },
  {name: 'graph', summary: 'print the phases of a workflow as a mermaid diagram', load: () => import('./graph.ts')},
  {name: 'schema', summary: 'print the JSON Schema of a plan, for editors', load: () => import('./schema.ts')},
  {name: 'watchdog', summary: 'end a hold when the runner cannot', isHidden: true, load: () => import('./watchdog.ts')},
  {name: 'config', summary: 'show the settings in force here, and where each comes from', load: () => import('./config.ts')},
  {name: 'completion', summary: 'print the completion script of a shell', load: () => import('./completion.ts')},
  {name: 'version', summary: 'print the version', load: () => import('./version.ts')},
];
