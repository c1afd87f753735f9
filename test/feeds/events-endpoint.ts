import { createServer, type Server, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

/**
 * Answers `POST /api/events` as a dashboard does, for what a real one does not do on order: pressure, faults, going away
 * in the middle of a request. The end-to-end tests send to a real one.
 */
export class EventsEndpoint implements AsyncDisposable {
  readonly taken: string[] = [];
  requests: number[] = [];
  times: number[] = [];
  token = "secret";
  /** Lines it takes of a request; the rest is for later. */
  room = Number.POSITIVE_INFINITY;
  largest = Number.POSITIVE_INFINITY;
  /** Answers with this once for every entry, before anything else. */
  readonly faults: number[] = [];
  delayMs = 0;
  #server: Server | null = null;
  #port = 0;

  static async start(): Promise<EventsEndpoint> {
    const endpoint = new EventsEndpoint();
    await endpoint.start();
    return endpoint;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      request.on("end", () => {
        const lines = body.split("\n").filter((line) => line !== "");
        this.requests.push(lines.length);
        this.times.push(performance.now());
        void delay(this.delayMs).then(() =>
          this.#answer(response, request.url ?? "", request.headers.authorization, lines),
        );
      });
    });
    await new Promise<void>((done) => server.listen(this.#port, "127.0.0.1", done));
    const address = server.address();
    if (address !== null && typeof address !== "string") this.#port = address.port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    server?.closeAllConnections();
    await new Promise((done) => (server === null ? done(null) : server.close(done)));
  }

  #answer(
    response: ServerResponse,
    path: string,
    authorization: string | undefined,
    lines: readonly string[],
  ) {
    const say = (status: number, body: object, headers: Record<string, string> = {}) =>
      response
        .writeHead(status, { "content-type": "application/json", ...headers })
        .end(JSON.stringify(body));
    const failed = (code: string, message: string) => ({ error: { code, message } });
    const fault = this.faults.shift();
    if (fault !== undefined) return say(fault, failed("OUT_OF_SPACE", "the disk is full"));
    if (path !== "/api/events") return say(404, failed("NOT_FOUND", `nothing is at ${path}`));
    if (authorization !== `Bearer ${this.token}`) return say(401, failed("FORBIDDEN", "a token is needed"));
    if (lines.length > this.largest) return say(413, failed("USAGE", "too large"));
    const taken = lines.slice(0, this.room);
    const rejected = taken.flatMap((line, i) =>
      line.startsWith("{") ? [] : [{ line: i + 1, reason: "not JSON" }],
    );
    this.taken.push(...taken.filter((line) => line.startsWith("{")));
    const told = { accepted: taken.length - rejected.length, rejected, position: this.taken.length };
    if (taken.length < lines.length)
      return say(429, { taken: taken.length, ...told }, { "retry-after": "0.1" });
    return say(rejected.length > 0 ? 400 : 202, told);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
