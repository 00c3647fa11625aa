import {expect, test} from 'vitest';
import {type Stopped, StoppedNews} from './stopped.ts';

const stop = (throttle: string, since: string): Stopped => ({throttle, words: 'replica b 3s > 2s', since});

test('a stop is told once, the next one of the same throttle after five minutes, and that of another at once', () => {
  const news = new StoppedNews();
  const told = (nowMs: number, ...stopped: readonly Stopped[]) =>
    news.of(stopped, nowMs).map(({throttle, since}) => `${throttle} ${since}`);
  expect(told(0)).toEqual([]);
  expect(told(1, stop('replica-lag', 'one'))).toEqual(['replica-lag one']);
  expect(told(400_000, stop('replica-lag', 'one'))).toEqual([]);
  expect(told(400_001, stop('replica-lag', 'two'))).toEqual(['replica-lag two']);
  expect(told(400_002)).toEqual([]);
  expect(told(400_003, stop('replica-lag', 'three'), stop('sql', 'three'))).toEqual(['sql three']);
  expect(told(700_001, stop('replica-lag', 'three'), stop('sql', 'three'))).toEqual(['replica-lag three']);
});
