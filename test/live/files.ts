import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cards } from "../../src/schema/cards.ts";
import { users } from "../../src/schema/users.ts";
import type { Row, Tables } from "./oracle.ts";

/** The portfolio as two csv files, for a batch run beside the live one. */
export async function writeTables(folder: string, tables: Tables): Promise<string[]> {
  const write = async (name: "users" | "cards", rows: ReadonlyMap<string, Row>) => {
    const { key, fields } = name === "users" ? users : cards;
    const columns = Object.keys(fields).filter((column) => column !== "nearest_place");
    // an order of its own: figures do not follow the order of rows
    const lines = [...rows]
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([id, row]) => columns.map((column) => cell(column === key ? id : row[column])).join(","));
    const path = join(folder, `${name}.csv`);
    await writeFile(path, [columns.join(","), ...lines, ""].join("\n"));
    return path;
  };
  return [await write("users", tables.users), await write("cards", tables.cards)];
}

const cell = (value: unknown): string =>
  value === null || value === undefined ? "" : `"${String(value).replaceAll('"', '""')}"`;

/** Whether two results are the same: whole numbers exactly, others to nine digits. */
export function differences(live: unknown, batch: unknown, path = ""): string[] {
  if (typeof live === "number" && typeof batch === "number") {
    if (Number.isInteger(live) && Number.isInteger(batch))
      return live === batch ? [] : [`${path}: ${live}, ${batch}`];
    return Math.abs(live - batch) <= 1e-9 * Math.max(Math.abs(live), Math.abs(batch), 1e-12)
      ? []
      : [`${path}: ${live}, ${batch}`];
  }
  if (typeof live === "object" && live !== null && typeof batch === "object" && batch !== null) {
    const names = new Set([...Object.keys(live), ...Object.keys(batch)]);
    return [...names].flatMap((name) =>
      differences((live as Row)[name], (batch as Row)[name], `${path}/${name}`),
    );
  }
  return live === batch ? [] : [`${path}: ${JSON.stringify(live)}, ${JSON.stringify(batch)}`];
}
