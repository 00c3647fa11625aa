/** The throttles there are; the composition picks one. */
import {dutyCycle} from './duty-cycle.ts';
import type {Throttle} from './throttle.ts';

export const throttles = {
  'duty-cycle': dutyCycle,
} satisfies Record<string, Throttle>;
