import {createMachine, initialTransition, transition} from 'xstate';
import {assert} from '../model/assert.ts';
import {exits} from './exits.ts';
import {mermaid} from './mermaid.ts';
import type {PhaseRow, Workflow, WorkflowEvent} from './workflow.ts';

const FINAL = ['completed', 'aborted'] as const;

/**
 * Makes a workflow of a table. The first row is where it begins. The names are those of the rows, so a misspelt
 * `next`, `back` or `reverse` does not compile.
 */
export function workflow<const Name extends string>(name: string, table: Readonly<Record<Name, PhaseRow<NoInfer<Name>>>>): Workflow {
  const rows = new Map<string, PhaseRow<string>>(Object.entries<PhaseRow<Name>>(table));
  const phases = [...rows.keys()];
  assert(
    FINAL.every((state) => !rows.has(state)),
    `${name}: completed and aborted are states, not phases`,
  );
  for (const [phase, row] of rows) assertLeadsSomewhere(phase, row, phases);
  const machine = machineOf(name, rows);
  const initial = valueOf(initialTransition(machine)[0]);
  const isFinal = (state: string) => FINAL.some((final) => final === state);

  const rowOf = (phase: string): PhaseRow<string> => {
    const row = rows.get(phase);
    assert(row !== undefined, `${name} has no phase ${phase}`);
    return row;
  };
  const accepts = (state: string) => (isFinal(state) ? [] : [...exits(rowOf(state)).keys()]);
  const next = (state: string, event: WorkflowEvent): string => {
    assert(accepts(state).includes(event.type), `${name} accepts no ${event.type} in ${state}`);
    return valueOf(transition(machine, machine.resolveState({value: state, context: {}}), event)[0]);
  };
  return {
    name,
    phases,
    initial,
    gates: (phase) => rowOf(phase).gates ?? [],
    accepts,
    next,
    isFinal,
    fold: (events) => events.reduce(next, initial),
    graph: () => mermaid(initial, rows),
  };
}

/** For tables that came past the compiler. */
function assertLeadsSomewhere(phase: string, row: PhaseRow<string>, phases: readonly string[]): void {
  for (const [event, state] of exits(row)) {
    const isKnown = event === 'abort' ? state === 'aborted' : state === 'completed' || phases.includes(state);
    assert(isKnown, `${event} of ${phase} leads to ${state}, which is not there`);
  }
}

function machineOf(name: string, rows: ReadonlyMap<string, PhaseRow<string>>) {
  const [initial] = rows.keys();
  assert(initial !== undefined, `${name} has at least one phase`);
  const phases = [...rows].map(([phase, row]) => [phase, {on: Object.fromEntries(exits(row))}] as const);
  const finals = FINAL.map((state) => [state, {type: 'final'}] as const);
  return createMachine({id: name, initial, states: Object.fromEntries<object>([...phases, ...finals])});
}

function valueOf({value}: {readonly value: unknown}): string {
  assert(typeof value === 'string', 'a workflow has no nested states');
  return value;
}
