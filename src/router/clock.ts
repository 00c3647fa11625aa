import {randomUUID} from 'node:crypto';

/** The router's own seam to time: it is published alone and shares nothing with the orchestrator but the model. */
export const monotonicMs = (): number => performance.now();

/** Calls `act` once after `ms`; the answer cancels it. Does not keep the process alive. */
export function after(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, Math.max(ms, 0));
  timer.unref();
  return () => clearTimeout(timer);
}

/** Random part of a back-off, so that many routers do not come back in the same instant. */
export const jitter = (ms: number): number => ms * (0.5 + Math.random() / 2);

/** True for so many of a hundred. */
export const isChosen = (percent: number): boolean => Math.random() * 100 < percent;

/** Of one router in one process: no other has it, before or after. */
export const identity = (): string => randomUUID();
