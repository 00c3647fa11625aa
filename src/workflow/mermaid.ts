import {exits} from './exits.ts';
import type {PhaseRow} from './workflow.ts';

/** A state diagram that Markdown viewers draw. Mermaid takes no hyphens in a name, so each phase has an alias. */
export function mermaid(initial: string, rows: ReadonlyMap<string, PhaseRow<string>>): string {
  const ends = new Set([...rows.values()].flatMap((row) => [...exits(row).values()]).filter((state) => !rows.has(state)));
  const lines = [
    ...[...rows.keys()].map((phase) => `state "${phase}" as ${alias(phase)}`),
    `[*] --> ${alias(initial)}`,
    ...[...rows].flatMap(([phase, row]) => arrows(phase, row)),
    ...[...ends].map((state) => `${alias(state)} --> [*]`),
    ...[...rows].flatMap(([phase, {gates = []}]) =>
      gates.length === 0 ? [] : [`note right of ${alias(phase)} : gates ${gates.join(', ')}`],
    ),
  ];
  return ['stateDiagram-v2', ...lines.map((line) => `  ${line}`), ''].join('\n');
}

const arrows = (phase: string, row: PhaseRow<string>) =>
  [...exits(row)].map(([event, state]) => `${alias(phase)} --> ${alias(state)} : ${event}`);

const alias = (state: string) => state.replaceAll('-', '_');
