import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect as connectTcp, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";

/** A nats-server of a test: on a port of its own, with a folder that goes with it. */
export class NatsServer implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  readonly #arguments: readonly string[];
  #process: ChildProcess | null = null;

  private constructor(port: number, folder: string, more: readonly string[]) {
    this.port = port;
    this.#folder = folder;
    this.#arguments = more;
  }

  static async start(...more: string[]): Promise<NatsServer> {
    const server = new NatsServer(await freePort(), await mkdtemp(join(tmpdir(), "cardscope-nats-")), more);
    await server.start();
    return server;
  }

  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Again, with what it has stored. */
  async start(): Promise<void> {
    const args = ["-a", "127.0.0.1", "-p", String(this.port), "-js", "-sd", this.#folder];
    this.#process = spawn(executable(), [...args, ...this.#arguments], { stdio: "ignore" });
    await listening(this.port);
  }

  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    await ended;
  }

  /** Loses everything that it has stored. */
  async forget(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async client(login: NodeConnectionOptions = {}): Promise<NatsClient> {
    const connection = await connect({ servers: this.host, ...login });
    return new NatsClient(connection, await jetstreamManager(connection));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.forget();
  }
}

/** Creates streams and publishes into them. */
export class NatsClient implements AsyncDisposable {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;

  constructor(connection: NatsConnection, manager: JetStreamManager) {
    this.connection = connection;
    this.manager = manager;
  }

  async stream(name: string, more: { max_msgs?: number; max_msgs_per_subject?: number } = {}): Promise<void> {
    await this.manager.streams.add({ name, subjects: [`${name}.>`], ...more });
  }

  async publish(stream: string, messages: readonly string[], subject = "all"): Promise<void> {
    const js = this.manager.jetstream();
    for (let from = 0; from < messages.length; from += 1_000)
      await Promise.all(
        messages.slice(from, from + 1_000).map((body) => js.publish(`${stream}.${subject}`, body)),
      );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.close();
  }
}

function executable(): string {
  const places = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/usr/local/bin"];
  const found = places.map((folder) => join(folder, "nats-server")).find((path) => existsSync(path));
  if (found === undefined)
    throw new Error("no nats-server: these tests need one; apt-get install nats-server, or put it into PATH");
  return found;
}

export const natsVersion = (): string => execFileSync(executable(), ["--version"], { encoding: "utf8" });

/** A port nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

export async function listening(port: number, withinMs = 20_000): Promise<void> {
  for (const until = Date.now() + withinMs; Date.now() < until; await delay(50)) {
    const open = await new Promise<boolean>((done) => {
      const socket = connectTcp(port, "127.0.0.1");
      socket.once("connect", () => done(true)).once("error", () => done(false));
      socket.once("connect", () => socket.destroy());
    });
    if (open) return;
  }
  throw new Error(`nothing listens on 127.0.0.1:${port} after ${withinMs} ms`);
}
