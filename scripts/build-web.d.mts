export function buildWeb(options?: { logLevel?: "silent" | "warn" | "info" }): Promise<string>;
export function isStale(): boolean;
