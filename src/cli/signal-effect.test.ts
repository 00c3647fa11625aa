import {expect, it} from 'vitest';
import {approve, ended, journal, passed, signal, started, verdict} from '../../test/support/journal-facts.ts';
import type {JournalFact} from '../journal/journal.ts';
import {signalEffect} from './signal-effect.ts';

const GATE = {gate: 'approval', planChecksum: 'c1'};

it.each<[string, Parameters<typeof signalEffect>[0], readonly JournalFact[], number | undefined]>([
  ['nothing yet', {type: 'cutover'}, [started('cutover'), verdict('approval', true)], undefined],
  ['a cutover that was done', {type: 'cutover'}, [started('cutover'), ended('cutover')], 0],
  ['a cutover that was called off', {type: 'cutover'}, [started('cutover'), ended('cutover', 'back')], 6],
  ['another phase that ended', {type: 'cutover'}, [ended('verify-data')], undefined],
  ['a way back that was done', {type: 'reverse'}, [ended('reverse-window', 'reverse'), ended('reverse-cutover')], 0],
  ['a way back that was called off', {type: 'reverse'}, [ended('reverse-window', 'reverse'), ended('reverse-cutover', 'back')], 4],
  ['the end', {type: 'complete'}, [ended('reverse-window'), ended('decommission')], 0],
  ['an end that was refused', {type: 'complete'}, [{type: 'signal-refused', seq: 0, code: 'CF-VERB-002', reason: 'too early'}], 2],
  [
    "the refusal of somebody else's",
    {type: 'complete'},
    [signal({type: 'complete'}), {type: 'signal-refused', seq: 1, code: 'CF-VERB-002', reason: 'too early'}],
    undefined,
  ],
  ['an abort', {type: 'abort'}, [ended('initial-load', 'abort')], 0],
  ['a pause', {type: 'pause'}, [{type: 'paused', where: 'between chunks'}], 0],
  ['a rejection', {type: 'reject', gate: 'approval'}, [{type: 'paused', where: 'at the gates'}], 0],
  ['an approval that opened its gate', {type: 'approve', ...GATE}, [verdict('replication-lag', false), verdict('approval', true)], 0],
  ['an approval that was not enough', {type: 'approve', ...GATE}, [verdict('approval', false)], 3],
  ['all gates green', {type: 'approve', ...GATE}, [passed('approval')], 0],
  ['somebody else asking', {type: 'approve', ...GATE}, [approve(), signal({type: 'pause'})], undefined],
  ['a failure first', {type: 'complete'}, [{type: 'failed', code: 'CF-CONN-001', error: 'down'}, ended('decommission')], 0],
  ['a failure only', {type: 'complete'}, [{type: 'failed', code: 'CF-CONN-001', error: 'down'}], 1],
  [
    'a throttle that was taken up',
    {type: 'throttle', percent: 5},
    [{type: 'tuned', signal: 0, tuning: {throttle: {copy: 5, verify: 5}, parallel: 3}}],
    0,
  ],
  ['a setting nobody has taken up', {type: 'set', key: 'load.parallel', value: 3}, [passed('approval')], undefined],
  ['a runner that left', {type: 'pause'}, [{type: 'runner-stopped', reason: 'SIGTERM'}], 1],
])('--wait sees %s', (_, asked, facts, code) => {
  expect(signalEffect(asked, journal(facts), 0)?.code).toBe(code);
});
