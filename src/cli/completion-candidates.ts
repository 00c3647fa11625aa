/** What a shell may offer as a value: runs and gates from the state, plan files, codes, workflows. */
import {readdir} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {Run} from './run-choice.ts';

/** The value and a word about it. */
export type Candidate = readonly [value: string, about: string];

export type Asked = {
  readonly words: readonly string[];
  /** As typed with `--state`. */
  readonly state: string | undefined;
};

/** `name` is a flag such as `--run`, or an argument's name as its verb declares it. */
export async function candidatesFor(name: string, asked: Asked): Promise<readonly Candidate[]> {
  return (await SOURCES[name]?.(asked)) ?? [];
}

const SOURCES: Readonly<Record<string, (asked: Asked) => Promise<readonly Candidate[]>>> = {
  '--plan': ({words}) => planFiles(words.at(-1)?.replace(/^--plan=/, '') ?? ''),
  '--run': async (asked) =>
    (await runs(asked)).map(({id, state}) => [id, `${state.plan.name}, ${state.status} in ${state.phase}`] as const),
  '--confirm': async (asked) => unique((await runs(asked)).map(({state}) => state.plan.name)).map((name) => [name, 'the plan'] as const),
  gate: gatesWaiting,
  'key=value': async () => Object.entries((await import('../model/tuning.ts')).SETTINGS).map(([key, {what}]) => [`${key}=`, what] as const),
  '--schema': async () => (await import('./init-answers.ts')).SCHEMAS.map((kind) => [kind, 'schema'] as const),
  '--switch': async () => (await import('../plan/vocabulary.ts')).SHIPPED.switches.map((name) => [name, 'switch'] as const),
  '--override': async () => [['CF-LEASE-001', 'another runner holds the migration']],
  percent: async () => ['25', '50', '75', '100'].map((percent) => [percent, 'percent'] as const),
  file: ({words}) => planFiles(words.at(-1) ?? ''),
  code: async () =>
    (await import('./explain-subjects.ts')).subjects.flatMap(({pages}) =>
      Object.entries(pages).map(([name, {title}]): Candidate => [name, title]),
    ),
  step: async () => Object.entries((await import('./explain-steps.ts')).stepPages).map(([step, {title}]) => [step, title] as const),
  workflow: async () => Object.keys((await import('../../workflows/workflows.ts')).workflows).map((name) => [name, 'workflow'] as const),
  what: async () => [['show', 'settings']],
  shell: async () => ['bash', 'zsh', 'fish'].map((shell) => [shell, 'shell'] as const),
};

async function runs({state}: Asked): Promise<readonly Run[]> {
  const {withState, runsOf, unfinishedOf} = await import('./run-choice.ts');
  return unfinishedOf(await withState({global: {state}}, runsOf));
}

/** The gates of the phase each run stands before. */
async function gatesWaiting(asked: Asked): Promise<readonly Candidate[]> {
  const {gatesOf} = await import('./verb-guard.ts');
  const {workflows} = await import('../../workflows/workflows.ts');
  const known = new Map(Object.entries(workflows));
  return (await runs(asked)).flatMap(({state}) => {
    const workflow = known.get(state.plan.workflow);
    return workflow === undefined ? [] : gatesOf(state, workflow).map((gate) => [gate, `before ${state.phase}`] as const);
  });
}

/** Folders end with a slash, so that the next tab goes on inside. A folder that cannot be read offers nothing. */
async function planFiles(typed: string): Promise<readonly Candidate[]> {
  const folder = typed.endsWith('/') ? typed : dirname(typed);
  const entries = await readdir(folder, {withFileTypes: true}).catch(() => []);
  const shown = (name: string): string => (folder === '.' && !typed.startsWith('./') ? name : join(folder, name));
  return entries.flatMap((entry): Candidate[] => {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
    if (entry.isDirectory()) return [[`${shown(entry.name)}/`, 'folder']];
    return /\.ya?ml$/.test(entry.name) ? [[shown(entry.name), 'plan']] : [];
  });
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
