import {expect, it} from 'vitest';
import {type Circumstances, judge, type Judgement} from './judgement.ts';
import type {Outlook} from './outlook.ts';

const LOG = 'data and log';
const kept = (keptBytes: number) => ({keptBytes, leftBytes: undefined, bytesPerSecond: undefined, writtenBytes: 0, isGivenUp: false});

it.each<[string, Partial<Outlook>, Partial<Circumstances>, Judgement]>([
  ['nothing runs out', {level: 'well'}, {}, 'nothing'],
  ['a slot is read and will reach its limit', {kind: 'slot', level: 'soon'}, {isRead: true}, 'ease'],
  [
    'a slot will reach its limit because of what is written, and the stream keeps up with that',
    {kind: 'slot', level: 'soon', bytesPerSecond: 100},
    {isRead: true, kept: kept(5_999)},
    'nothing',
  ],
  [
    'a slot will reach its limit, and the stream is behind',
    {kind: 'slot', level: 'soon', bytesPerSecond: 100},
    {isRead: true, kept: kept(6_000)},
    'ease',
  ],
  ['a slot is read and has reached it: only reading on can save it', {kind: 'slot', level: 'over'}, {isRead: true}, 'ease'],
  ['a slot that nobody reads will reach it', {kind: 'slot', level: 'soon'}, {isRead: false}, 'nothing'],
  ['a slot that nobody reads has reached it', {kind: 'slot', level: 'limit'}, {isRead: false}, 'stop for the slot'],
  ['our log fills the disk', {what: LOG, level: 'limit'}, {kept: kept(100)}, 'drop'],
  [
    'our log fills the disk, and the plan wants the stream',
    {what: LOG, level: 'limit'},
    {kept: kept(100), atLimit: 'stop'},
    'stop for the slot',
  ],
  [
    'the log fills the disk, and the server keeps it by its own rules: giving the stream up would free nothing',
    {what: LOG, level: 'limit'},
    {kept: {...kept(100), ownRules: {leftMs: undefined, byAge: 'a', bySize: 'b'}}},
    'nothing',
  ],
  ['a log that nobody reads is nearly too old', {kind: 'age', level: 'limit'}, {isRead: false}, 'stop for the slot'],
  ['a log that is read is nearly too old', {kind: 'age', level: 'limit'}, {isRead: true}, 'ease'],
  ['our log is little of what fills the disk', {what: LOG, level: 'over'}, {kept: kept(9)}, 'nothing'],
  ['our log is on another disk', {what: 'data', level: 'over'}, {kept: kept(100)}, 'nothing'],
  [
    'a disk fills, and our log is little of that',
    {what: LOG, level: 'soon', bytesPerSecond: 100},
    {kept: kept(100), isRead: true},
    'nothing',
  ],
  ['our log will fill the disk', {what: LOG, level: 'soon'}, {kept: kept(100), isRead: true}, 'ease'],
  ['rows are written to a disk that is nearly full', {level: 'limit'}, {receives: true}, 'hold'],
  ['rows are written to a disk that is full', {level: 'over'}, {receives: true}, 'stop for the disk'],
  ['somebody else fills the disk of the side that is read', {level: 'over'}, {receives: false}, 'nothing'],
])('%s', (_when, outlook, circumstances, judgement) => {
  const one = {
    kind: 'disk',
    what: 'data',
    leftBytes: 10,
    totalBytes: 100,
    bytesPerSecond: 0,
    lastsMs: undefined,
    level: 'well',
    ...outlook,
  } as const;
  expect(judge(one, {receives: false, isRead: false, kept: undefined, atLimit: 'dropSlot', ...circumstances})).toBe(judgement);
});
