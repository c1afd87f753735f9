// Runs before the tests: they drive a real Chromium. Prints one line; installs only where that is plainly meant
// to work (root on Debian or Ubuntu), else says what to do.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { tsImport } from "tsx/esm/api";

// runs before a build
const { findChromium } = await tsImport("../src/outputs/chromium.ts", import.meta.url);

const ask =
  "install Chromium or Chrome, or set CARDSCOPE_CHROMIUM to its path; tests that need it will fail without";

function isDebian() {
  try {
    return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync("/etc/os-release", "utf8"));
  } catch {
    return false;
  }
}

function install() {
  const apt = (...args) =>
    execFileSync("apt-get", args, {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  try {
    apt("update", "-qq");
    apt("install", "-y", "-qq", "--no-install-recommends", "chromium");
  } catch (error) {
    console.log(`browser: apt-get could not install chromium (${error.message}); ${ask}`);
    return;
  }
  console.log(`browser: installed ${findChromium() ?? "chromium, but it was not found"}`);
}

const found = findChromium();
if (found !== undefined) console.log(`browser: ${found}`);
else if (process.getuid?.() === 0 && isDebian()) install();
else console.log(`browser: none found; ${ask}`);
