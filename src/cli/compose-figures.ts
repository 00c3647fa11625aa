/** The figures that the plan has watched after the switch, measured as the gate `error-rate` measures. */
import {MEASURE_EVERY_MS, readFigure} from '../gate/error-rate.ts';
import {durationSetting, numberSetting} from '../gate/gate-settings.ts';
import type {Effects} from '../model/effects.ts';
import type {WatchedFigure} from '../phase/watch-figures.ts';
import type {Plan} from '../plan/plan.ts';
import {gateServices} from './compose-gate-services.ts';

export const figuresOf = ({afterSwitch}: Pick<Plan, 'afterSwitch'>, effects: Effects): readonly WatchedFigure[] =>
  (afterSwitch?.watch ?? []).map(({name, settings, forMs, onExceeded}) => ({
    ...{name, forMs, onExceeded},
    max: numberSetting(settings, 'max'),
    everyMs: durationSetting(settings, 'every', MEASURE_EVERY_MS),
    measure: (signal) => readFigure({settings, ...gateServices(effects, signal)}),
  }));
