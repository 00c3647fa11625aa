/** What a canary writes: one row per token, on whichever side the application's path leads to. */
export type CanaryToken = {
  /** Random, so that nobody else's row can be taken for it. */
  readonly token: string;
  /** The path it was written along, counted from 1. */
  readonly client: number;
  /** 1, 2, 3 … along one path, without gaps in what was tried. */
  readonly seq: number;
};
