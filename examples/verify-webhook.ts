import { createHmac, timingSafeEqual } from "node:crypto";

/** Whether Cardscope sent this body within the last five minutes. `header` is `cardscope-signature`. */
export function verifyWebhook(secret: string, header: string, body: string): boolean {
  const [, t = "", v1 = ""] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? [];
  const expected = createHmac("sha256", secret).update(`${t}.${body}`).digest("hex");
  const isRecent = Math.abs(Date.now() / 1000 - Number(t)) < 300;
  return isRecent && v1.length === 64 && timingSafeEqual(Buffer.from(v1), Buffer.from(expected));
}
