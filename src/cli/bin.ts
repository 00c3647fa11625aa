#!/usr/bin/env node
/**
 * The installed command. An older Node lacks what the rest is made of, and would end without a word; so nothing of ours
 * is imported before its version is known.
 */
const MAJOR_MIN = 24;

if (Number(process.versions.node.split('.')[0]) < MAJOR_MIN) {
  console.error(
    `crossfade: Node ${process.versions.node} is too old; Node ${MAJOR_MIN} or newer is needed\nNext: node --version, then install Node ${MAJOR_MIN}`,
  );
  process.exitCode = 2;
} else {
  const {main} = await import('./command-line.ts');
  const {leave} = await import('./leave.ts');
  leave(await main(process.argv.slice(2)));
}
