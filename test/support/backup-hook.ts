/** The worked hooks of `examples/backup-verified`, asked as the gate asks them, with the real programs. */
import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {gateServices} from '../../src/cli/compose-gate-services.ts';
import {backupVerified} from '../../src/gate/backup-verified.ts';
import type {Answer} from '../../src/gate/gate.ts';
import {realEffects} from './effects.ts';
import {measures} from './measures.ts';

export type BackupHook = Disposable & {
  /** For option files, backups and programs of the test's own. */
  readonly folder: string;
  /** Writes a program into the folder; answers its path. */
  program(name: string, text: string): string;
  /** `more`: variables on top of the hook's own. */
  check(more?: Readonly<Record<string, string>>): Promise<Answer>;
};

type Asked = {
  readonly hook: string;
  readonly tables: readonly string[];
  readonly environment: (folder: string) => Readonly<Record<string, string>>;
  /** Before the hook, where it has to run as somebody else. */
  readonly before?: readonly string[];
};

export function backupHook({hook, tables, environment, before = []}: Asked): BackupHook {
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-backup-'));
  // Hooks that run as a server's account find their programs here.
  chmodSync(folder, 0o755);
  return {
    folder,
    program: (name, text) => {
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(folder, name), 0o755);
      return join(folder, name);
    },
    check: (more = {}) => {
      const variables = Object.entries({...environment(folder), ...more}).map(([name, value]) => `${name}=${value}`);
      const run = [...before, 'env', ...variables, resolve('examples/backup-verified', hook)];
      const asked = {...gateServices(realEffects(), new AbortController().signal), settings: {run, tables}, now: () => new Date()};
      return backupVerified.check(measures(asked));
    },
    [Symbol.dispose]: () => rmSync(folder, {recursive: true, force: true}),
  };
}
