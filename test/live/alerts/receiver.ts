import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A webhook's receiver on a free port of this machine; what it answers is told in turn, the last for good. */
export class Receiver implements AsyncDisposable {
  readonly received: Received[] = [];
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts`;
  }

  /** `silent` never answers. */
  static async open(answers: readonly (number | "silent")[] = [200], port = 0): Promise<Receiver> {
    const left = [...answers];
    let receiver: Receiver | undefined;
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        receiver?.received.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
        const answer = left.length > 1 ? left.shift() : left[0];
        if (answer === undefined || answer === "silent") return;
        response.writeHead(answer, answer === 302 ? { location: "/elsewhere" } : {}).end("ignored");
      });
    });
    await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
    receiver = new Receiver(server);
    return receiver;
  }

  get bodies(): Record<string, unknown>[] {
    return this.received.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
}
