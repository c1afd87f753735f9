/**
 * Publishes events of a file into a JetStream stream at a rate, as a process of its own: SERVER SUBJECT FILE RATE SECONDS.
 * Twenty a second are markers, each a new customer, whose moment of publication is printed at the end as JSON.
 */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { connect } from "@nats-io/transport-node";

const [server, subject, file, rate, seconds] = process.argv.slice(2);
const TICK_MS = 10;
const MARKERS = 20;
const connection = await connect({ servers: server });
const lines = createInterface({ input: createReadStream(file) })[Symbol.asyncIterator]();
const published = [];
const began = performance.now();
let sent = 0;
for (;;) {
  const elapsed = performance.now() - began;
  if (elapsed >= Number(seconds) * 1000) break;
  const due = Math.floor((elapsed / 1000) * Number(rate));
  while (sent < due) {
    if (published.length < (elapsed / 1000) * MARKERS) {
      const number = published.length + 1;
      published.push(Date.now());
      connection.publish(
        subject,
        JSON.stringify({
          id: `marker-${number}`,
          source: "/bench",
          type: "customer",
          subject: String(900_000_000 + number),
          time: "2025-07-01T12:00:00Z",
          sequence: 1,
          data: { age: 40, credit_score: 700, annual_income_usd: 50_000 },
        }),
      );
    } else connection.publish(subject, (await lines.next()).value);
    sent++;
  }
  await new Promise((done) => setTimeout(done, TICK_MS));
}
await connection.flush();
console.log(JSON.stringify({ sent, seconds: (performance.now() - began) / 1000, published }));
await connection.close();
