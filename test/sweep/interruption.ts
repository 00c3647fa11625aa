/** Servers are to be stopped also when somebody has had enough: what is under way ends as it would, and nothing else begins. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort());
  return controller.signal;
}
