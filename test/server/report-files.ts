import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Explorer } from "../../src/explore/explorer.ts";

/** Text that would act if it were taken for anything else. */
export const hostile = {
  gender: `<img src=x onerror="document.title='owned'">`,
  employment: "</script><script>document.title='owned'</script>",
  state: '=HYPERLINK("http://127.0.0.1/","x")',
  city: "@SUM(1+1)*cmd|' /C calc'!A0",
  brand: "<svg onload=document.title='owned'>&amp;",
  id: `<b>7</b>"'`,
};
export const file = "customers <img src=x onerror=alert(1)>.csv";

export interface User {
  readonly id: string;
  readonly score: number | null;
  readonly income: number;
  readonly debt: number;
  readonly state: string;
}
export interface Card {
  readonly id: string;
  readonly owner: string;
  readonly brand: string;
  readonly type: string;
}

/** 60 customers and 150 cards, written out by rule; every text column has a hostile value. */
export const users: readonly User[] = Array.from({ length: 60 }, (_, i) => ({
  id: i === 7 ? hostile.id : `U${i}`,
  score: i % 10 === 9 ? null : 560 + ((i * 37) % 240),
  income: 30_000 + i * 1_000,
  debt: (i % 5) * 20_000,
  state: ["CA", "TX", "", hostile.state][i % 4] ?? "",
}));
export const cards: readonly Card[] = Array.from({ length: 150 }, (_, i) => ({
  id: `C${i}`,
  owner: users[(i * 7) % 55]?.id ?? "",
  brand: ["Visa", "Amex", hostile.brand][i % 3] ?? "",
  type: ["credit", "debit", "prepaid"][i % 2 === 0 ? 0 : 1 + (i % 4 === 1 ? 0 : 1)] ?? "",
}));

const csv = (rows: readonly (readonly (string | number | null)[])[]) =>
  rows.map((row) => row.map((cell) => `"${String(cell ?? "").replaceAll('"', '""')}"`).join(",")).join("\n");

export async function openHostile(): Promise<Explorer> {
  const folder = await mkdtemp(join(tmpdir(), "cardscope-hostile-"));
  try {
    const paths = [join(folder, file), join(folder, "cards.csv")];
    const people = users.map(({ id, score, income, debt, state }, i) => [
      id,
      30 + (i % 40),
      [hostile.gender, "Male"][i % 2] ?? "",
      [hostile.employment, "employed"][i % 2] ?? "",
      income,
      debt,
      score,
      state,
      hostile.city,
    ]);
    const held = cards.map(({ id, owner, brand, type }) => [
      id,
      owner,
      brand,
      type,
      1000,
      "05/2015",
      "06/2021",
    ]);
    await writeFile(
      paths[0] ?? "",
      csv([
        [
          "user_id",
          "age",
          "gender",
          "employment_status",
          "annual_income",
          "total_debt",
          "credit_score",
          "state",
          "city",
        ],
        ...people,
      ]),
    );
    await writeFile(
      paths[1] ?? "",
      csv([["card_id", "user_id", "brand", "type", "credit_limit", "opened", "expires"], ...held]),
    );
    return await Explorer.open(paths, { asOf: "2020-02-29" });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
