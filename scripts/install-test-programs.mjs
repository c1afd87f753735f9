// Runs before the tests: they drive a real Chromium and read from a real NATS server. Prints a line for each;
// installs only where that is plainly meant to work (root on Debian or Ubuntu), else says what to do.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tsImport } from "tsx/esm/api";

// runs before a build
const { findChromium } = await tsImport("../src/outputs/chromium.ts", import.meta.url);

const findNats = () =>
  [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/usr/local/bin"]
    .map((folder) => join(folder, "nats-server"))
    .find((path) => existsSync(path));

const programs = [
  {
    name: "browser",
    find: findChromium,
    package: "chromium",
    ask: "install Chromium or Chrome, or set CARDSCOPE_CHROMIUM to its path; tests that need it will fail without",
  },
  {
    name: "nats-server",
    find: findNats,
    package: "nats-server",
    ask: "install nats-server, or put it into PATH; tests that need it will fail without",
  },
];

function isDebian() {
  try {
    return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync("/etc/os-release", "utf8"));
  } catch {
    return false;
  }
}

function install(program) {
  const apt = (...args) =>
    execFileSync("apt-get", args, {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  try {
    apt("update", "-qq");
    apt("install", "-y", "-qq", "--no-install-recommends", program.package);
  } catch (error) {
    console.log(
      `${program.name}: apt-get could not install ${program.package} (${error.message}); ${program.ask}`,
    );
    return;
  }
  console.log(`${program.name}: installed ${program.find() ?? `${program.package}, but it was not found`}`);
}

for (const program of programs) {
  const found = program.find();
  if (found !== undefined) console.log(`${program.name}: ${found}`);
  else if (process.getuid?.() === 0 && isDebian()) install(program);
  else console.log(`${program.name}: none found; ${program.ask}`);
}
