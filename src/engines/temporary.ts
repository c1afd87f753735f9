import { randomUUID } from "node:crypto";
import { lstat, mkdtemp, readdir, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";

/** What this machine's processes keep among temporary files says whose it is. */
const HERE = `cardscope-${hostname().replaceAll(/[^\w.]/g, "_")}-`;
const own = () => `${HERE}${process.pid}-`;

/** A new folder among temporary files, for what is said; whoever makes it removes it. */
export const temporaryFolder = (what: string): Promise<string> => mkdtemp(join(tmpdir(), `${own()}${what}-`));

/** The path of one that is made when something is put there. */
export const temporaryPath = (what: string): string => join(tmpdir(), `${own()}${what}-${randomUUID()}`);

/**
 * Removes what processes of this machine left that were killed, or lost their machine, before they could: there are
 * customers in it. Processes that run keep what is theirs. What cannot be removed stays.
 */
export async function clearLeavings(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  await Promise.all(
    names.map(async (name) => {
      const pid = name.startsWith(HERE) ? /^\d+(?=-)/.exec(name.slice(HERE.length))?.[0] : undefined;
      if (pid === undefined) return;
      const path = join(tmpdir(), name);
      try {
        const { ctimeMs, uid } = await lstat(path);
        if (process.getuid !== undefined && uid !== process.getuid()) return;
        if (!isGone(Number(pid), ctimeMs)) return;
        await rm(path, { recursive: true, force: true });
      } catch {
        // whoever else clears up was first, or may not
      }
    }),
  );
}

/** Whether nobody is left whose it is. A process that has our number may be an earlier one: in a container all have the same. */
function isGone(pid: number, changed: number): boolean {
  if (pid === process.pid) return changed < performance.timeOrigin;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
