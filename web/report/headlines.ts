import type { Column, Grain, Row } from "../kit/data.ts";
import { category, count, formatValue, percent } from "../kit/format.ts";

export interface Headline {
  readonly label: string;
  readonly value: string;
  /** The whole it is a part of, or what it leaves out. */
  readonly of: string;
  readonly unit: Grain;
  /** The analysis, the row and the column it is taken from. */
  readonly id: string;
  readonly row: Row;
  readonly column: Column;
  readonly amount: number;
}

interface Source {
  readonly id: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/**
 * The figures a meeting asks for first; one that the files cannot give is not there. `whole` is how many there are
 * where the figures are of a part.
 */
export function headlines(
  { analyses }: { readonly analyses: readonly Source[] },
  whole?: { readonly customers: number; readonly cards: number },
): Headline[] {
  const rowsOf = (id: string): readonly Row[] => analyses.find((analysis) => analysis.id === id)?.rows ?? [];
  const [portfolio = {}] = rowsOf("portfolio-summary");
  const [debt = {}] = rowsOf("debt-to-income");
  const customers = number(portfolio, "customers");
  const list: (Headline | undefined)[] = [
    headline("portfolio-summary", "customer", portfolio, "customers", "Customers", () =>
      whole === undefined ? "all of the portfolio" : `of ${count(whole.customers)} in the portfolio`,
    ),
    headline("portfolio-summary", "card", portfolio, "cards", "Cards on file", () =>
      [
        whole === undefined ? "" : `of ${count(whole.cards)}`,
        of(number(portfolio, "cards_valid"), "valid, the rest expired or not yet open"),
      ]
        .filter((text) => text !== "")
        .join("; "),
    ),
    headline(
      "portfolio-summary",
      "card",
      portfolio,
      "credit_limit_valid_usd",
      "Credit limits, valid cards",
      () => `credit cards only; ${formatValue("usd", number(portfolio, "credit_limit_usd"))} on file`,
    ),
    headline(
      "portfolio-summary",
      "customer",
      portfolio,
      "total_debt_usd",
      "Total debt",
      () => `of ${count(customers ?? 0)} customers, all lenders`,
    ),
    headline(
      "portfolio-summary",
      "customer",
      portfolio,
      "income_median_usd",
      "Median income",
      () => `a year, of ${count(customers ?? 0)} customers`,
    ),
    headline(
      "debt-to-income",
      "customer",
      debt,
      "share_high_debt",
      "High debt",
      () =>
        `${count(number(debt, "customers_high_debt") ?? 0)} of ${count(number(debt, "customers") ?? 0)} customers; a stock over a year’s income, not a monthly ratio`,
    ),
    ...rowsOf("marketing-audiences").map((row) =>
      headline(
        "marketing-audiences",
        "customer",
        row,
        "customers",
        `${capital(category(row["audience"]))} audience`,
        () =>
          customers === null
            ? "customers"
            : customers === 0
              ? "of 0 customers"
              : `of ${count(customers)} customers (${percent((number(row, "customers") ?? 0) / customers)})`,
      ),
    ),
  ];
  return list.filter((entry) => entry !== undefined);

  function headline(id: string, unit: Grain, row: Row, name: string, label: string, words: () => string) {
    const column = analyses.find((analysis) => analysis.id === id)?.columns.find((c) => c.name === name);
    const value = number(row, name);
    if (column === undefined || value === null) return undefined;
    return {
      id,
      unit,
      label,
      row,
      column,
      amount: value,
      value: formatValue(column.kind, value),
      of: words(),
    };
  }
}

const number = (row: Row, name: string): number | null => {
  const value = row[name];
  return typeof value === "number" ? value : null;
};
const of = (part: number | null, text: string): string => (part === null ? "" : `${count(part)} ${text}`);
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
