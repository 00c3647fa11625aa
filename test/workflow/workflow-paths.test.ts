/** Every path through every workflow, each way out of a phase taken at most twice, with the invariants after every step. */
import {describe, expect, test} from 'vitest';
import type {Side} from '../../src/model/side.ts';
import type {Workflow, WorkflowEvent} from '../../src/workflow/workflow.ts';
import {workflows} from '../../workflows/workflows.ts';

type Step = {readonly from: string; readonly event: WorkflowEvent; readonly to: string};
type Path = readonly Step[];

const TIMES_MAX = 2;
const EVENTS: readonly WorkflowEvent[] = [{type: 'done'}, {type: 'back'}, {type: 'reverse'}, {type: 'abort'}];

function* paths(workflow: Workflow, state = workflow.initial, path: Path = []): Generator<Path> {
  if (workflow.isFinal(state)) yield path;
  for (const event of EVENTS.filter(({type}) => workflow.accepts(state).includes(type))) {
    const taken = path.filter((step) => step.from === state && step.event.type === event.type).length;
    const to = workflow.next(state, event);
    if (taken < TIMES_MAX) yield* paths(workflow, to, [...path, {from: state, event, to}]);
  }
}

describe.each(Object.entries(workflows))('%s', (name, workflow) => {
  const all = [...paths(workflow)];

  test('is listed by its own name and begins with its first phase', () => {
    expect(workflow.name).toBe(name);
    expect(workflow.initial).toBe(workflow.phases[0]);
  });

  test('the fold of any number of events is where single steps lead', () => {
    for (const path of all) {
      const events = path.map(({event}) => event);
      expect(workflow.fold(events)).toBe(path.at(-1)?.to);
      expect(workflow.fold(events.slice(0, -1))).toBe(path.at(-1)?.from);
    }
    expect(workflow.fold([])).toBe(workflow.initial);
  });

  test('every phase is on some path, and both ends are reached', () => {
    const seen = new Set(all.flatMap((path) => path.flatMap(({from, to}) => [from, to])));
    expect([...seen].sort()).toEqual([...workflow.phases, 'aborted', 'completed'].sort());
  });

  test('from every phase some way leads to completed', () => {
    const completing = all.filter((path) => path.at(-1)?.to === 'completed');
    expect(new Set(completing.flatMap((path) => path.map(({from}) => from)))).toEqual(new Set(workflow.phases));
  });

  test('only done leads to completed, and only abort to aborted', () => {
    for (const {event, to} of all.flat()) {
      if (to === 'completed') expect(event.type).toBe('done');
      expect(event.type === 'abort').toBe(to === 'aborted');
    }
  });

  test('an event that a state does not accept is a bug, in the final states every one', () => {
    for (const state of [...workflow.phases, 'completed', 'aborted']) {
      const refused = EVENTS.filter(({type}) => !workflow.accepts(state).includes(type));
      for (const event of refused) expect(() => workflow.next(state, event)).toThrow(`${name} accepts no ${event.type} in ${state}`);
      expect(workflow.isFinal(state)).toBe(refused.length === EVENTS.length);
    }
  });

  test('a state it does not have is a bug', () => {
    expect(() => workflow.next('nowhere', {type: 'done'})).toThrow(`${name} has no phase nowhere`);
    expect(() => workflow.gates('nowhere')).toThrow('has no phase');
    expect(() => workflow.fold([{type: 'reverse'}])).toThrow('accepts no reverse');
  });
});

describe('live-migration, by the side that serves', () => {
  const workflow = workflows['live-migration'];
  /** Cutover and reverse cutover move the application, and only when they are done. */
  const after = (side: Side, {from, event}: Step): Side => {
    if (event.type !== 'done') return side;
    return from === 'cutover' ? 'target' : from === 'reverse-cutover' ? 'source' : side;
  };

  test('abort only while the source serves; reverse and completion only while the target does', () => {
    let steps = 0;
    for (const path of paths(workflow)) {
      let side: Side = 'source';
      for (const step of path) {
        if (step.event.type === 'abort') expect(side).toBe('source');
        if (step.event.type === 'reverse' || step.from === 'decommission') expect(side).toBe('target');
        if (step.from === 'cutover') expect(side).toBe('source');
        if (step.from === 'reverse-cutover') expect(side).toBe('target');
        side = after(side, step);
        steps += 1;
      }
      expect(side).toBe(path.at(-1)?.to === 'completed' ? 'target' : 'source');
    }
    expect(steps).toBeGreaterThan(100);
  });

  test('the data are compared between any two cutovers', () => {
    for (const path of paths(workflow)) {
      const order = path.map(({from}) => from).filter((phase) => phase === 'cutover' || phase === 'verify-data');
      order.forEach((phase, index) => {
        if (phase === 'cutover') expect(order[index - 1]).toBe('verify-data');
      });
    }
  });

  test('forward, back and forward again ends where forward does', () => {
    const ahead = (...times: number[]): WorkflowEvent[] =>
      times.flatMap((count) => Array.from({length: count}, () => ({type: 'done'}) as const));
    expect(workflow.fold([...ahead(6), {type: 'reverse'}, ...ahead(1, 3)])).toBe('reverse-window');
    expect(workflow.fold([...ahead(6), {type: 'reverse'}, {type: 'back'}, ...ahead(2)])).toBe('completed');
  });

  test('its gates', () => {
    expect(workflow.gates('cutover')).toEqual(['replication-lag', 'checksum-match', 'approval']);
    expect(workflow.gates('assess')).toEqual([]);
  });
});

describe('expand-contract', () => {
  const workflow = workflows['expand-contract'];

  test('nothing is final before it was verified, and until then every phase can be undone', () => {
    for (const path of paths(workflow)) {
      path.forEach(({from}, index) => {
        if (from === 'contract')
          expect(path.slice(0, index).findLast((step) => step.from !== 'switch-reads')?.from).toBe('verify-expansion');
      });
      if (path.at(-1)?.to === 'completed') expect(path.at(-1)?.from).toBe('contract');
    }
    expect(workflow.phases.filter((phase) => !workflow.accepts(phase).includes('abort'))).toEqual([]);
  });

  test('people are asked before the new shape is final, and only then', () => {
    expect(workflow.phases.filter((phase) => workflow.gates(phase).length > 0)).toEqual(['contract']);
    expect(workflow.gates('contract')).toEqual(['approval']);
  });
});
