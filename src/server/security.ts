import { createHash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { html } from "hono/html";

export interface Guard {
  /** What the server is bound to. */
  readonly host: string;
  /** Needed with every request where the server is bound wider than this machine. */
  readonly token?: string;
}

/** Whether an address is reached from this machine alone. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));

/**
 * Refuses what another site makes a reader's browser ask for: a foreign Host (DNS rebinding), a foreign Origin
 * (cross-site requests), and, where the server is bound wider, whoever lacks the token. The token comes once in the
 * address, as it was printed, and stays in a cookie that scripts cannot read.
 */
export const guard =
  ({ host, token }: Guard): MiddlewareHandler =>
  async (c, next) => {
    const asked = c.req.header("host") ?? "";
    // cookies are of a host, whatever its port: each dashboard on it has its own
    const cookie = `cardscope-token-${/:(\d+)$/.exec(asked)?.[1] ?? "80"}`;
    const refuse = (what: string, value: string) =>
      forbid(c, 403, `refused: the ${what} is not this server's: ${value.slice(0, 200)}`);
    if (!isOwnHost(asked, host)) return refuse("host", asked);
    const origin = c.req.header("origin");
    if (origin !== undefined && hostOf(origin) !== asked) return refuse("origin", origin);
    const site = c.req.header("sec-fetch-site");
    // a link from elsewhere may open a page; nothing else of another site gets an answer
    const isPage =
      c.req.method === "GET" &&
      c.req.header("sec-fetch-mode") === "navigate" &&
      !c.req.path.startsWith("/api/");
    if (site !== undefined && site !== "same-origin" && site !== "none" && !isPage)
      return refuse("site", site);
    // a program that sends events has the token of the workspace, which routes/events.ts asks for
    if (token === undefined || (c.req.method === "POST" && c.req.path === "/api/events")) return next();
    const url = new URL(c.req.url);
    const given = url.searchParams.get("token");
    const bearer = /^Bearer (.+)$/.exec(c.req.header("authorization") ?? "")?.[1];
    if (isSame(bearer, token) || isSame(getCookie(c, cookie), token)) return next();
    if (!isSame(given ?? undefined, token)) return forbid(c, 401, "this server needs its token");
    setCookie(c, cookie, token, { httpOnly: true, sameSite: "Strict", path: "/" });
    url.searchParams.delete("token");
    // "//name" would lead to another site
    return c.redirect(`${url.pathname.replace(/^\/+/, "/")}${url.search}`, 303);
  };

/** A person gets a page with the reason, a program gets JSON. */
function forbid(c: Context, status: 401 | 403, message: string): Response | Promise<Response> {
  const hint = "open the address that cardscope printed when it started";
  if (!c.req.header("accept")?.includes("text/html"))
    return c.json({ error: { code: "FORBIDDEN", message, hint } }, status);
  return c.html(
    html`<!doctype html><html lang="en"><title>Cardscope</title><h1>${message}</h1><p>${hint}</p></html>`,
    status,
  );
}

/** Bound to loopback, names of loopback are ours. Bound wider, the token stands guard, and any name may lead here. */
function isOwnHost(asked: string, bound: string): boolean {
  const name = /^(\[[0-9a-f:.]+\]|[^:]+)(:\d+)?$/i.exec(asked)?.[1]?.replace(/^\[|\]$/g, "");
  if (name === undefined) return false;
  return !isLoopback(bound) || isLoopback(name.toLowerCase());
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}

/** Takes as long for a near miss as for a far one. */
function isSame(given: string | undefined, token: string): boolean {
  if (given === undefined) return false;
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

/** No scripts, styles or connections but our own; `nonce` lets the editor of the SQL page add its styles. */
export const contentSecurityPolicy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");

/** What every answer says, whatever it is. */
export const quietHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  c.header("x-content-type-options", "nosniff");
  c.header("referrer-policy", "no-referrer");
  c.header("cross-origin-opener-policy", "same-origin");
  c.header("cross-origin-resource-policy", "same-origin");
  c.header("x-frame-options", "DENY");
  if (c.res.headers.get("content-security-policy") === null)
    c.header("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
  if (c.res.headers.get("cache-control") === null) c.header("cache-control", "no-store");
};
