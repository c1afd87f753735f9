/** Called between the steps of long work, so that whoever shares the thread gets a turn. */
export type Pause = () => Promise<void>;

export const pauseOnce: Pause = () => new Promise((resolve) => setImmediate(resolve));
