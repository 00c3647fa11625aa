/** The whole demo several times, each in a process of its own, and the medians of what they measured. */
import {spawn} from 'node:child_process';
import {text} from 'node:stream/consumers';
import {fileURLToPath} from 'node:url';
import * as z from 'zod';

const result = z.looseObject({
  lost: z.number(),
  duplicated: z.number(),
  acknowledged: z.number(),
  seconds: z.number(),
  stallMs: z.array(z.object({direction: z.string(), max: z.number(), p99: z.number()})),
});
type Result = z.output<typeof result>;

/** `flags`: of a single demo. Answers the exit code: 1 when one of the runs was not good. */
export async function repeated(runs: number, flags: readonly string[], json: boolean): Promise<number> {
  const results: Result[] = [];
  let worst = 0;
  for (let run = 1; run <= runs; run += 1) {
    process.stderr.write(`\nrun ${run} of ${runs}\n`);
    const {code, line} = await once(flags);
    worst = Math.max(worst, code);
    if (line !== '') results.push(result.parse(JSON.parse(line)));
  }
  process.stderr.write(`\n${summaryText(results)}\n`);
  if (json) process.stdout.write(`${JSON.stringify({medianSeconds: medianOf(results, ({seconds}) => seconds), runs: results})}\n`);
  return worst;
}

async function once(flags: readonly string[]): Promise<{code: number; line: string}> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('demo.ts', import.meta.url)), ...flags, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
  const output = await text(child.stdout);
  return {code: await ended, line: output.trimEnd().split('\n').at(-1) ?? ''};
}

export function summaryText(results: readonly Result[]): string {
  const total = (of: (one: Result) => number): string => results.reduce((sum, one) => sum + of(one), 0).toLocaleString('en');
  const stalls = results[0]?.stallMs ?? [];
  return [
    `${results.length} runs: median ${medianOf(results, ({seconds}) => seconds)} s (${results.map(({seconds}) => seconds).join(', ')})`,
    `acknowledged ${total((one) => one.acknowledged)}, lost ${total((one) => one.lost)}, duplicated ${total((one) => one.duplicated)}`,
    ...stalls.map(({direction}, index) => {
      const [max, p99] = (['max', 'p99'] as const).map((what) => medianOf(results, ({stallMs}) => stallMs[index]?.[what] ?? 0));
      return `stall, switch ${index + 1} (${direction}): longest ${max} ms, p99 ${p99} ms (medians)`;
    }),
  ].join('\n');
}

function medianOf(results: readonly Result[], of: (one: Result) => number): number {
  const sorted = results.map(of).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
