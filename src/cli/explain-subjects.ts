/** Everything that `crossfade explain` has a page for, in the order in which it is listed. */
import {gatePages} from './explain-gates.ts';
import {metricPages} from './explain-metrics.ts';
import type {Page} from './explain-page.ts';
import {explainPages} from './explain-pages.ts';
import {phasePages} from './explain-phases.ts';
import {stepPages} from './explain-steps.ts';
import {throttlePages} from './explain-throttles.ts';

/** `one` is what a name is called in JSON. */
export type Subject = {readonly kind: string; readonly one: string; readonly pages: Readonly<Record<string, Page>>};

export const subjects: readonly Subject[] = [
  {kind: 'codes', one: 'code', pages: explainPages},
  {kind: 'phases', one: 'phase', pages: phasePages},
  {kind: 'steps', one: 'step', pages: stepPages},
  {kind: 'gates', one: 'gate', pages: gatePages},
  {kind: 'throttles', one: 'throttle', pages: throttlePages},
  {kind: 'metrics', one: 'metric', pages: metricPages},
];

/** `cut-001` is `CF-CUT-001`. */
export const codeOf = (asked: string): string => asked.toUpperCase().replace(/^(?!CF-)/, 'CF-');
