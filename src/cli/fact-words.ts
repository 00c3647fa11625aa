/** One line of words for each kind of fact; the exact content is in `--json`. */
import type {Actor, JournalFact} from '../journal/journal.ts';
import {signalWords} from '../journal/signal-words.ts';
import {unreachable} from '../model/assert.ts';
import {bothWords} from '../model/statement-comparison.ts';
import {causeLines} from './cause-words.ts';
import {tuningWords} from './tuning-words.ts';

export function factWords(fact: JournalFact): string {
  switch (fact.type) {
    case 'migration-created':
      return `${fact.name}: workflow ${fact.workflow}, plan ${fact.planFile} (${fact.planChecksum.slice(0, 12)})`;
    case 'runner-started':
      return `epoch ${fact.epoch}, ${fact.holder}, process ${fact.pid}`;
    case 'runner-stopped':
      return fact.reason;
    case 'phase-started':
      return fact.phase;
    case 'phase-ended':
      return `${fact.phase}: ${fact.outcome}`;
    case 'step-intent':
    case 'step-outcome':
      return stepWords(fact);
    case 'step-failed':
      return `${stepWords(fact)}: ${withCode(fact.error, fact.code)}`;
    case 'gate-verdict':
      return `${fact.verdict.gate} ${fact.verdict.go ? 'green' : 'red'} before ${fact.phase}: ${fact.verdict.evidence}`;
    case 'gates-passed':
      return `${fact.phase}: ${fact.verdicts.map(({gate}) => gate).join(', ')}`;
    case 'signal':
      return `${signalWords(fact.signal)}${by(fact.actor)}${because(fact.reason)}`;
    case 'signal-refused':
      return `entry ${fact.seq}: ${withCode(fact.reason, fact.code)}`;
    case 'plan-amended':
      return `checksum ${fact.checksum.slice(0, 12)}${by(fact.actor)}${because(fact.reason)}`;
    case 'decision':
      return `${fact.what}${fact.side === undefined ? '' : `: the ${fact.side} is open`}, epoch ${fact.epoch}`;
    case 'adopted':
      return `rebuilt from ${fact.entries} entries that ${fact.from === undefined ? 'the databases' : `the ${fact.from}`} kept${by(fact.actor)}${because(fact.reason)}`;
    case 'tuned':
      return tuningWords(fact.tuning);
    case 'unlocked':
      return `${fact.holder} is replaced by nobody yet, epoch ${fact.epoch}; by ${fact.actor.name}${fact.override === undefined ? '' : `, override ${fact.override}`}${because(fact.reason)}`;
    case 'repairing':
      return causeLines(fact.causes).join('; ');
    case 'verified':
      return fact.error ?? `compared both sides${fact.repaired ? `, ${fact.repaired} rows read again` : ''}`;
    case 'paused':
    case 'resumed':
      return fact.where;
    case 'failed':
      return withCode(fact.error, fact.code);
    case 'hook':
      return `${fact.hook} ${fact.ok ? 'was told' : 'was not told'} of ${fact.event}, entry ${fact.of}: ${fact.says}`;
    case 'statements-compared':
      return bothWords(fact.comparison);
    case 'note':
      return fact.text;
    default:
      return unreachable(fact);
  }
}

const stepWords = ({phase, step, attempt}: {readonly phase: string; readonly step: string; readonly attempt: number}): string =>
  `${phase}/${step}${attempt > 1 ? ` (attempt ${attempt})` : ''}`;

const withCode = (error: string, code: string | undefined): string => (code === undefined ? error : `${error} (${code})`);

const by = (actor: Actor | undefined): string => (actor ? ` by ${actor.name}${actor.authenticated ? '' : ' (unauthenticated)'}` : '');

const because = (reason: string | undefined): string => (reason === undefined ? '' : `: ${reason}`);
