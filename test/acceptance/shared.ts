import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openPortfolio, type Portfolio } from "../../src/index.ts";

const shared = (path: string) => fileURLToPath(new URL(`../../../shared/${path}`, import.meta.url));
const truthFile = shared("acceptance/seed-truth.json");

/** Real files and their figures stay outside of the repository. */
export const hasShared = existsSync(truthFile) && existsSync(shared("data/case-study/users_data.xlsx"));
if (!hasShared) console.warn("skipped: no ../shared folder beside the checkout, so no figures to reproduce");

/** The three files of the same portfolio, customers first. */
export const sources = {
  "case-study": [shared("data/case-study/users_data.xlsx"), shared("data/case-study/cards_data.xlsx")],
  "csv-export": [shared("data/csv-export/users_data.csv"), shared("data/csv-export/cards_data.csv")],
  "ibm-synthetic": [
    shared("data/ibm-synthetic/sd254_users.csv"),
    shared("data/ibm-synthetic/sd254_cards.csv"),
  ],
} as const;

export interface Figure {
  readonly value: unknown;
  readonly definition: string;
}

/** Every figure of the file by "section.key". */
export function readFigures(): Readonly<Record<string, Figure>> {
  const file: Record<string, Record<string, unknown>> = JSON.parse(readFileSync(truthFile, "utf8"));
  return Object.fromEntries(
    Object.entries(file).flatMap(([section, figures]) =>
      Object.entries(figures).flatMap(([key, figure]) =>
        isFigure(figure) ? [[`${section}.${key}`, figure] as const] : [],
      ),
    ),
  );
}

const isFigure = (x: unknown): x is Figure => typeof x === "object" && x !== null && "value" in x;

/** How many figures the file says it has. */
export function readCount(): number {
  const { _meta }: { _meta: { numbers: number } } = JSON.parse(readFileSync(truthFile, "utf8"));
  return _meta.numbers;
}

/** A portfolio that can be looked at on several days; each is opened once. */
export interface Views extends AsyncDisposable {
  /** On the day that the files tell. */
  today(): Promise<Portfolio>;
  /** `asOf`: YYYY-MM-DD */
  at(asOf: string): Promise<Portfolio>;
}

export function viewsOf(files: readonly string[]): Views {
  const opened = new Map<string | undefined, Promise<Portfolio>>();
  const view = (asOf?: string) => {
    const found = opened.get(asOf) ?? openPortfolio(files, asOf === undefined ? {} : { asOf });
    opened.set(asOf, found);
    return found;
  };
  return {
    today: () => view(),
    at: view,
    async [Symbol.asyncDispose]() {
      for (const portfolio of opened.values()) await (await portfolio).close();
    },
  };
}

/** Where two values differ: numbers by more than 1e-6 of them, or more than the last of six decimals; [] when equal. */
export function differences(actual: unknown, expected: unknown, path = ""): string[] {
  if (typeof expected === "number" && typeof actual === "number") {
    const slack = Number.isInteger(expected) && Number.isInteger(actual) ? 0 : 5.01e-7;
    const isSame =
      Math.abs(actual - expected) <= Math.max(slack, slack === 0 ? 0 : 1e-6 * Math.abs(expected));
    return isSame ? [] : [`${path}: ${actual}, not ${expected}`];
  }
  if (typeof expected === "object" && expected !== null && typeof actual === "object" && actual !== null) {
    const [a, e] = [actual as Record<string, unknown>, expected as Record<string, unknown>];
    return [...new Set([...Object.keys(e), ...Object.keys(a)])].flatMap((key) =>
      differences(a[key], e[key], `${path}.${key}`),
    );
  }
  return Object.is(actual, expected) ? [] : [`${path}: ${String(actual)}, not ${String(expected)}`];
}
