import type {Gate, Measures} from './gate.ts';
import {durationSetting} from './gate-settings.ts';

const LAG_MS_MAX = 1000;

/** Cutover holds back writes for about as long as the lag, so the lag has to be small first. */
export const replicationLag: Gate = {
  isOfTheMoment: true,
  limits: (measures) => `lag at most ${limitOf(measures)} ms`,
  async check(measures) {
    const limit = limitOf(measures);
    const lag = await measures.lagMs();
    if (!(lag >= 0)) throw new Error(`a lag of ${lag} ms is not a measurement`);
    return {go: lag <= limit, evidence: `lag ${Math.ceil(lag)} ms (limit ${limit} ms)`};
  },
};

const limitOf = ({settings}: Pick<Measures, 'settings'>): number => durationSetting(settings, 'max', LAG_MS_MAX);
