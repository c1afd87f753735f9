import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isLoopback } from "../../src/server/security.ts";
import { type Dashboard, openDashboard } from "./dashboard.ts";

let loopback: Dashboard;
let wide: Dashboard;
beforeAll(async () => {
  [loopback, wide] = await Promise.all([openDashboard(), openDashboard({ isWide: true })]);
});
afterAll(async () => {
  await loopback?.[Symbol.asyncDispose]();
  await wide?.[Symbol.asyncDispose]();
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A request with any headers at all: fetch would not send a Host of ours. */
const ask = (url: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> =>
  new Promise((done, failed) => {
    const asked = request(url, { method, headers }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => done({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    asked.on("error", failed);
    asked.end();
  });

const paths = [
  "/",
  "/risk",
  "/predict",
  "/api/portfolio",
  "/api/model",
  "/api/openapi.json",
  "/api/report.xlsx",
  "/assets/x.js",
  "/nowhere",
];

describe("a dashboard on this machine", () => {
  it.each(paths)("refuses a foreign host at %s", async (path) => {
    for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "10.0.0.1"]) {
      const { status, text } = await ask(`${loopback.url}${path}`, { host });
      expect([host, status]).toEqual([host, 403]);
      expect(text.length).toBeLessThan(400);
    }
  });

  it("answers under the names of this machine", async () => {
    const port = new URL(loopback.url).port;
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`])
      expect((await ask(`${loopback.url}/api/portfolio`, { host })).status).toBe(200);
  });

  it("refuses what another site asks for", async () => {
    const { host } = new URL(loopback.url);
    const foreign = [
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: `https://${host}.evil.example` },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site", "sec-fetch-mode": "cors" },
      { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" },
    ];
    for (const headers of foreign)
      expect([headers, (await ask(`${loopback.url}/api/portfolio`, headers)).status]).toEqual([headers, 403]);
    expect((await ask(`${loopback.url}/api/portfolio`, { origin: loopback.url })).status).toBe(200);
    // a link in a mail opens the page
    const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    expect((await ask(`${loopback.url}/`, link)).status).toBe(200);
    expect((await ask(`${loopback.url}/api/sql`, link, "POST")).status).toBe(403);
  });

  it("lets no script or style in but its own", async () => {
    const { headers, text } = await ask(`${loopback.url}/`);
    const policy = String(headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["cache-control"]).toBe("no-store");
    // no inline script: what is in the page is data, or has an address
    for (const [tag] of text.matchAll(/<script[^>]*>/g))
      expect(tag).toMatch(/type="application\/json"|src="\/assets\//);
    expect(text).not.toMatch(/\son\w+=/);
    expect(text).not.toMatch(/<[^>]+\sstyle="/);
  });

  it("gives another nonce to every page", async () => {
    const nonce = async () =>
      /'nonce-([^']+)'/.exec(String((await ask(`${loopback.url}/`)).headers["content-security-policy"]))?.[1];
    expect(await nonce()).not.toBe(await nonce());
  });

  it("serves nothing but its assets", async () => {
    for (const path of [
      "/assets/../server/server.js",
      "/assets/%2e%2e/server/server.js",
      "/assets/..%2fserver%2fserver.js",
      "/assets/manifest.json",
      "/assets/.env",
    ]) {
      const { status, text } = await ask(`${loopback.url}${path}`);
      expect([path, status]).toEqual([path, 404]);
      expect(text.includes("renderApp")).toBe(false);
    }
  });
});

describe("a dashboard that is bound wider", () => {
  it.each(paths)("needs its token at %s", async (path) => {
    for (const headers of [
      {},
      { authorization: "Bearer wrong" },
      { cookie: "cardscope-token=wrong" },
      { accept: "text/html" },
    ])
      expect((await ask(`${wide.url}${path}`, headers as Record<string, string>)).status).toBe(401);
    expect((await ask(`${wide.url}${path}?token=wrong`)).status).toBe(401);
  });

  it("takes the token from the address once, and then from a cookie that scripts cannot read", async () => {
    const first = await ask(`${wide.url}/risk?score=600..700&token=${wide.token}`);
    expect(first.status).toBe(303);
    expect(first.headers["location"]).toBe("/risk?score=600..700");
    const [cookie = ""] = (first.headers["set-cookie"] ?? []) as string[];
    expect(cookie).toContain("HttpOnly");
    expect(cookie).toContain("SameSite=Strict");
    const then = await ask(`${wide.url}/api/portfolio`, { cookie: cookie.split(";")[0] ?? "" });
    expect(then.status).toBe(200);
  });

  it("takes it from a header", async () => {
    const headers = { authorization: `Bearer ${wide.token}` };
    expect((await ask(`${wide.url}/api/portfolio`, headers)).status).toBe(200);
    expect(
      (await ask(`${wide.url}/api/portfolio`, { ...headers, origin: "https://evil.example" })).status,
    ).toBe(403);
  });
});

it("knows what is this machine alone", () => {
  expect(["localhost", "127.0.0.1", "127.8.9.1", "::1"].every(isLoopback)).toBe(true);
  expect(["0.0.0.0", "::", "192.168.1.2", "127.0.0.1.nip.io", "example.org"].some(isLoopback)).toBe(false);
});
