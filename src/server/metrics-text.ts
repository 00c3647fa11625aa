/** The metrics of some runs in the text format of Prometheus. */
import {Gauge, Registry} from 'prom-client';
import {METRICS, type SeenRun} from './metrics.ts';

export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

export async function metricsText(runs: readonly SeenRun[]): Promise<string> {
  const registry = new Registry();
  for (const {name, help, labels = [], samples} of METRICS) {
    const gauge = new Gauge({name, help, labelNames: ['run', 'name', ...labels], registers: [registry]});
    for (const run of runs) {
      for (const sample of samples(run)) gauge.set({run: run.id, name: run.state.plan.name, ...sample.labels}, sample.value);
    }
  }
  return registry.metrics();
}
