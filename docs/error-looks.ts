/**
 * What to look at first for an error, by the beginning of its code: the longest that fits. These commands change nothing,
 * and what changes something stands after them with what undoes it.
 */
export const firstLook = (code: string): string => longest(FIRST, code) ?? 'crossfade status';

const FIRST: Readonly<Record<string, string>> = {
  'CF-API': 'crossfade token list',
  'CF-APPROVE': 'crossfade status',
  'CF-CANARY': 'crossfade doctor PLAN',
  'CF-CONN': 'crossfade doctor PLAN',
  'CF-CUT': 'crossfade events',
  'CF-DDL': 'crossfade verify --schema',
  'CF-ENV': 'crossfade rehearse PLAN --env NAME --dry-run',
  'CF-FAILOVER': 'crossfade doctor PLAN',
  'CF-GRANT': 'crossfade doctor PLAN',
  'CF-LEASE': 'crossfade unlock --dry-run',
  'CF-MAP': 'crossfade plan FILE',
  'CF-PLAN': 'crossfade validate FILE',
  'CF-REHEARSE': 'crossfade rehearse PLAN --dry-run',
  'CF-REHEARSE-005': 'crossfade status --state FOLDER',
  'CF-RELAY': 'crossfade doctor PLAN',
  'CF-SCOPE': 'crossfade doctor PLAN',
  'CF-SRC': 'crossfade doctor PLAN',
  'CF-SRC-004': 'crossfade status',
  'CF-STATE': 'crossfade events --verify',
  'CF-SWITCH': 'crossfade doctor PLAN',
  'CF-TGT': 'crossfade doctor PLAN',
  'CF-TGT-003': 'crossfade status',
  'CF-USAGE': 'crossfade explain CODE',
  'CF-VERIFY': 'crossfade verify',
};

/** Verbs that change something, as an action names them: what they change, and what undoes it. */
export const changesIn = (action: string): readonly {readonly verb: string; readonly changes: string; readonly undo: string}[] =>
  Object.entries(CHANGING).flatMap(([verb, [changes, undo]]) =>
    new RegExp(`\\bcrossfade ${verb}(?![\\w-])`).test(action) ? [{verb, changes, undo}] : [],
  );

const CHANGING: Readonly<Record<string, readonly [changes: string, undo: string]>> = {
  abort: ['takes back what the run made on both sides', 'by nothing: the copy begins anew with the next run; the source is as it was'],
  adopt: ['writes a journal into the state, from what the databases know', 'by removing that state; the databases are only read'],
  amend: ['makes another revision of the plan count, and voids approvals', 'by amending with the old file'],
  approve: ['records a verdict for a gate', 'by crossfade reject before the phase begins'],
  complete: ['drops the way back', 'by nothing'],
  cutover: ['moves the traffic to the target', 'by crossfade reverse, within the window'],
  identity: ['writes a key for a person into a file', 'by removing the file, and the person from the plan'],
  rehearse: [
    'empties the two places that it is given, and makes clones there',
    'by nothing: the clones go at its end, unless --keep was given',
  ],
  resume: ['lets the run go on from its last commit', 'by crossfade pause, which stops it at the next safe point'],
  reverse: ['moves the traffic back to the source', 'by the next cutover'],
  run: ['begins a migration', 'by crossfade abort, before the cutover'],
  set: ['changes a limit of the run', 'by setting the old one, or plan'],
  throttle: ['makes copying and comparing rest', 'by crossfade unthrottle'],
  'token create': ['lets somebody in at the API for some time', 'by crossfade token revoke ID'],
  'token revoke': ['lets nobody in any more with that access token', 'by crossfade token create, which makes another one'],
  unlock: ['ends the sessions of the runner that holds the run', 'by crossfade resume, which starts another one'],
  'verify --repair': ['writes rows that differ anew, from the open side', 'by nothing: what was in them on the closed side is gone'],
};

const longest = (table: Readonly<Record<string, string>>, code: string): string | undefined =>
  Object.entries(table)
    .filter(([start]) => code.startsWith(start))
    .sort(([a], [b]) => b.length - a.length)[0]?.[1];
