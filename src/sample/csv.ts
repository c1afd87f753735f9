import { open } from "node:fs/promises";
import { monthText } from "./calendar.ts";
import type { SampleKind } from "./columns.ts";
import type { OpenWriter } from "./writer.ts";

/** No value of a sample holds a comma, a quote or a line break, so nothing is quoted. */
const texts: Readonly<Record<SampleKind, (value: number | string) => string>> = {
  integer: String,
  text: String,
  money: hundredths,
  degrees: hundredths,
  month: (value) => monthText(Number(value)),
  flag: (value) => (value === 1 ? "Yes" : "No"),
};

/** From whole hundredths, because a quotient printed to two places may be a hundredth off. */
function hundredths(value: number | string): string {
  const whole = Math.abs(Number(value));
  const rest = whole % 100;
  return `${Number(value) < 0 ? "-" : ""}${(whole - rest) / 100}.${rest < 10 ? "0" : ""}${rest}`;
}

/** Rows wait in memory only until their batch is on disk: the next batch is drawn after that. */
export const openCsv: OpenWriter = async (path, _name, columns) => {
  const cells = columns.map(({ kind, value }) => ({ text: texts[kind], value }));
  const file = await open(path, "wx");
  let wanted = true;
  const close = async () => {
    if (wanted) await file.close();
    wanted = false;
  };
  const header = `${columns.map((column) => column.header).join(",")}\n`;
  await file.writeFile(header);
  return {
    async write(rows) {
      let lines = "";
      for (const row of rows) {
        let separator = "";
        for (const { text, value } of cells) {
          lines += separator + text(value(row));
          separator = ",";
        }
        lines += "\n";
      }
      await file.writeFile(lines);
    },
    finish: close,
    [Symbol.asyncDispose]: close,
  };
};
