/** What operators do in the stories that are recorded. */
import {isPhaseEnded, type Story} from '../../support/story.ts';
import {untilTrue} from '../../support/until.ts';
import {keepJournal} from './keep-journal.ts';

/** Small chunks, so that a crash comes between two; everything that a run can wait for. */
export const plan = {
  gates: {cutover: ['replication-lag', 'checksum-match', 'approval']},
  cutover: {start: 'manual', stallBudget: '8s'},
  load: {parallel: 1, chunk: '16KiB'},
};

export const SECOND_CHUNK = {kind: 'sql.reply', label: 'UPDATE crossfade.chunk SET state', times: 2} as const;

export const atTheGate = (story: Story) => story.untilFact('the gate', ({type}) => type === 'gate-verdict');

/** Again and again, because a verb is refused until it is its turn. */
export const typed = (story: Pick<Story, 'type'>, ...words: readonly string[]) =>
  untilTrue(words.join(' '), async () => (await story.type(...words, '--reason', 'agreed at noon')).code === 0);

/** `name` is the plan's, `times` how often it will have happened. */
export async function cutOver(story: Story, name: string, times: number): Promise<void> {
  await typed(story, 'approve', 'approval', '--yes');
  await typed(story, 'cutover', '--confirm', name);
  await ended(story, 'cutover', times);
}

export const ended = (story: Story, phase: string, times: number) =>
  untilTrue(`${phase} ${times}`, async () => (await story.facts()).filter(isPhaseEnded(phase, 'done')).length >= times);

export async function endsWith(runner: ReturnType<Story['start']>, code: number): Promise<void> {
  if ((await runner.ended) !== code) throw new Error(runner.lastWords());
}

export const record = (story: Story, name: string) => keepJournal(name, story.folder, [story.source.url, story.target.url]);
