import {assess} from './assess.ts';
import {backfill} from './backfill.ts';
import {catchUp} from './catch-up.ts';
import {contract} from './contract.ts';
import {cutover} from './cutover.ts';
import {decommission} from './decommission.ts';
import {dualOff} from './dual-off.ts';
import {dualOn} from './dual-on.ts';
import {expand} from './expand.ts';
import {initialLoad} from './initial-load.ts';
import type {Phase} from './phase.ts';
import {prepareTarget} from './prepare-target.ts';
import {reverseCutover} from './reverse-cutover.ts';
import {reverseWindow} from './reverse-window.ts';
import {shadowReads} from './shadow-reads.ts';
import {shiftReads} from './shift-reads.ts';
import {switchReads} from './switch-reads.ts';
import {sync} from './sync.ts';
import {verifyData} from './verify-data.ts';
import {verifyExpansion} from './verify-expansion.ts';

export const phases = {
  assess,
  'prepare-target': prepareTarget,
  'initial-load': initialLoad,
  'catch-up': catchUp,
  'verify-data': verifyData,
  cutover,
  'reverse-window': reverseWindow,
  'reverse-cutover': reverseCutover,
  decommission,
  expand,
  sync,
  backfill,
  'verify-expansion': verifyExpansion,
  'switch-reads': switchReads,
  contract,
  'dual-on': dualOn,
  'shadow-reads': shadowReads,
  'shift-reads': shiftReads,
  'dual-off': dualOff,
} satisfies Record<string, Phase>;
