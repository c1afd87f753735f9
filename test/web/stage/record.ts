const calls: unknown[][] = [];
Object.assign(globalThis, { calls });

/** Keeps what a component called back, for the test to read. */
export function record(name: string, ...values: readonly unknown[]): void {
  calls.push([name, ...values]);
}
