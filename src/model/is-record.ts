/** An object or a list, as JSON brings them: its properties may be asked for. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;
