/** An automation of two clusters in a folder: it can be paused, it promotes, it fails, and it keeps what it was told. */
import {chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Side} from '../../src/model/side.ts';

export type Automation = {
  /** The plan's section. */
  readonly section: Readonly<Record<string, unknown>>;
  /** `pause source`, in the order of the calls; `observe` is left out, because it may be asked at any time. */
  told(): readonly string[];
  /** How often it was asked so far, by whomever. */
  asked(): number;
  isPaused(side: Side): boolean;
  /** Another server is primary from now on, or the first one again. */
  promote(side: Side, server?: string): void;
  /** From now on this action ends with an error, or does what it should again. */
  fail(action: string, fails: boolean): void;
};

/** `primary`: as the plan's addresses name the servers. The programs fail when they do not find the secret. */
export function automation(
  folder: string,
  primary: Readonly<Record<Side, string>>,
  secret: {reference: string; value: string},
): Automation {
  const state = join(folder, 'automation');
  const at = (...words: readonly string[]): string => join(state, words.join('-'));
  mkdirSync(state);
  const program = join(state, 'program');
  writeFileSync(program, script(state, secret.value));
  chmodSync(program, 0o755);
  const one: Automation = {
    section: {
      pause: [program, 'pause'],
      resume: [program, 'resume'],
      observe: [program, 'observe'],
      secrets: {PATRONI_PASSWORD: secret.reference},
    },
    told: () => (existsSync(at('told')) ? readFileSync(at('told'), 'utf8').trim().split('\n') : []),
    asked: () => (existsSync(at('asked')) ? readFileSync(at('asked')).length : 0),
    isPaused: (side) => existsSync(at('paused', side)),
    promote: (side, server) => writeFileSync(at('primary', side), server ?? primary[side]),
    fail: (action, fails) => (fails ? writeFileSync(at('fails', action), '') : rmSync(at('fails', action), {force: true})),
  };
  one.promote('source');
  one.promote('target');
  return one;
}

const script = (state: string, secret: string): string => `#!/bin/sh
set -eu
cd ${state}
[ "$PATRONI_PASSWORD" = '${secret}' ] || { echo "no password" >&2; exit 3; }
[ "$CROSSFADE_FAILOVER_ACTION" = "$1" ] || exit 4
[ ! -e "fails-$1" ] || { echo "the automation refuses $PATRONI_PASSWORD" >&2; exit 5; }
# An attempt that was superseded must not do anything any more.
if [ "$1" != observe ]; then
  [ "$CROSSFADE_EPOCH" -ge "$(cat "epoch-$CROSSFADE_SIDE" 2>/dev/null || echo 0)" ] || { echo "epoch $CROSSFADE_EPOCH is over" >&2; exit 6; }
  echo "$CROSSFADE_EPOCH" > "epoch-$CROSSFADE_SIDE"
fi
case "$1" in
  pause) echo "pause $CROSSFADE_SIDE" >> told; : > "paused-$CROSSFADE_SIDE" ;;
  resume) echo "resume $CROSSFADE_SIDE" >> told; rm -f "paused-$CROSSFADE_SIDE" ;;
  observe)
    printf x >> asked
    if [ -e "paused-$CROSSFADE_SIDE" ]; then paused=true; else paused=false; fi
    printf '{"primary": "%s", "paused": %s}' "$(cat "primary-$CROSSFADE_SIDE")" "$paused" ;;
esac
`;
