/** `docs/engines.md`: what each engine says of itself, so that the page cannot promise more than the code. */
import type {Capabilities, Engine} from '../src/engine/engine.ts';
import {engines} from '../src/engine/engines.ts';

export function enginesPage(): string {
  const rows = Object.values<Engine>(engines).map(({name, capabilities}) => [name, ...HEADS.map(([key]) => capabilities[key])]);
  return [
    '# Engines',
    '',
    '<!-- Written by `npm run docs` from the capabilities in src/engine. Edit those. -->',
    '',
    row(['engine', ...HEADS.map(([, head]) => head)]),
    row(['engine', ...HEADS].map(() => '---')),
    ...rows.map(row),
    '',
    'Both sides have every capability, because the way back is the same pipeline with the sides exchanged.',
    'A position is opaque outside its engine. What an engine cannot do is absent here and refused by `crossfade doctor`.',
    '',
  ].join('\n');
}

const HEADS: readonly (readonly [keyof Capabilities, string])[] = [
  ['versions', 'versions'],
  ['position', 'position'],
  ['snapshot', 'snapshot'],
  ['changeStream', 'change stream'],
  ['fence', 'fence'],
  ['historyLoss', 'how a lost history is found'],
];

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
