import { type Browser, chromium } from "playwright-core";
import { findChromium } from "../src/outputs/chromium.ts";

const quiet = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A headless Chromium; `await using` closes it. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined)
    throw new Error(
      "no Chromium found: run node scripts/install-test-programs.mjs, or set CARDSCOPE_CHROMIUM",
    );
  const root = process.getuid?.() === 0;
  return chromium.launch({ executablePath, args: root ? ["--no-sandbox", ...quiet] : quiet });
}
