/** Parts of the live view: the phases with their steps, the numbers, the gates. */
import type {ReactElement} from 'react';
import {column, line, paragraph} from './watch-element.ts';
import type {Room} from './watch-room.ts';
import type {Style} from './watch-screen.ts';
import type {PhaseLine, WatchView} from './watch-view.ts';

export function phaseTree(view: WatchView, style: Style, {steps, isShort}: Room): ReactElement[] {
  const here = view.phases.findIndex(({mark}) => mark === 'here' || mark === 'failed');
  const first = isShort && here >= 0 ? Math.max(0, here - 1) : 0;
  const last = isShort && here >= 0 ? here + 2 : view.phases.length;
  return view.phases.slice(first, last).map((phase) => phaseLines(phase, style, steps));
}

function phaseLines(phase: PhaseLine, {glyphs, isColored}: Style, stepsMax: number): ReactElement {
  const again = phase.visits > 1 ? ` (visit ${phase.visits})` : '';
  const color = isColored ? colorOf(phase.mark) : {};
  const steps = stepsMax > 0 ? phase.steps.slice(-stepsMax) : [];
  return column(
    {key: phase.name},
    line(`${glyphs[phase.mark]} ${phase.name.padEnd(18)} ${timeWords(phase)}${again}`, {bold: phase.mark === 'here', ...color}),
    ...steps.map((step) => line(`    ${glyphs[step.mark]} ${step.name.padEnd(22)} ${step.time}`, {key: step.name})),
  );
}

const timeWords = ({time, forecast}: PhaseLine): string => [time, forecast].filter((one) => one !== '').join(' of ');

function colorOf(mark: PhaseLine['mark']): {color?: string; dimColor?: boolean} {
  if (mark === 'failed') return {color: 'red'};
  if (mark === 'here') return {color: 'cyan'};
  return mark === 'done' ? {color: 'green'} : {dimColor: true};
}

/** Its shape is for ever, so it wraps rather than loses its end. */
export const numbersLines = ({numbers, pace}: WatchView): ReactElement[] => [
  paragraph(numbers ?? 'no runner has reported numbers yet', {key: 'numbers'}),
  ...(pace === undefined ? [] : [line(pace, {key: 'pace'})]),
];

/** `short`: one line each; `whole`: all of the evidence. */
export function gateLines({gates, phase}: WatchView, {glyphs, isColored}: Style, form: 'short' | 'whole'): ReactElement[] {
  if (gates.length === 0) return form === 'whole' ? [line(`no gate has been asked before ${phase}`, {key: 'none'})] : [];
  const write = form === 'short' ? line : paragraph;
  return [
    line(`gates of ${phase}:`, {key: 'gates'}),
    ...gates.map(({gate, go, evidence}) =>
      write(`  ${go ? glyphs.green : glyphs.red} ${gate} ${go ? 'green' : 'red'}: ${evidence}`, {
        key: gate,
        ...(isColored ? {color: go ? 'green' : 'red'} : {}),
      }),
    ),
  ];
}
