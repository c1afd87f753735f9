import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const shared = (path: string) => fileURLToPath(new URL(`../../../shared/${path}`, import.meta.url));
const usersFile = shared("data/ibm-synthetic/sd254_users.csv");
const truthFile = shared("acceptance/seed-truth.json");

/** The files that nobody here made, and that this repository does not hold. */
export const hasRealFiles = existsSync(usersFile) && existsSync(truthFile);

export interface Customer {
  readonly city: string;
  readonly state: string;
  readonly latitude: number;
  readonly longitude: number;
}

/** 2,000 customers with their true state and coordinates of two decimals. */
export function readCustomers(): Customer[] {
  const [header = [], ...rows] = readFileSync(usersFile, "utf8")
    .trim()
    .split(/\r?\n/)
    .map((line) => [...line.matchAll(/("[^"]*"|[^,]*)(?:,|$)/g)].map(([, cell = ""]) => cell));
  const cell = (row: string[], name: string) => row[header.indexOf(name)] ?? "";
  return rows.map((row) => ({
    city: cell(row, "City"),
    state: cell(row, "State"),
    latitude: Number(cell(row, "Latitude")),
    longitude: Number(cell(row, "Longitude")),
  }));
}

export interface Damaged {
  readonly candidates: readonly number[];
  readonly longitude: number;
  readonly true_state: string;
}

/** 45 latitudes that a spreadsheet turned into dates, each with the latitudes it can have been. */
export function readDamaged(): Damaged[] {
  const truth: { latitude_recovery: { rows: Damaged[] } } = JSON.parse(readFileSync(truthFile, "utf8"));
  return truth.latitude_recovery.rows;
}
