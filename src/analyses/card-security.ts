import { count, label, share } from "../schema/columns.ts";
import { counted, percent, whole } from "../schema/format.ts";
import { raw, sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { cardsWith, unknown } from "./conditions.ts";
import { unique } from "./rows.ts";

/** Of one card, and of several. */
const names: Readonly<Record<string, readonly [string, string]>> = {
  no_chip: ["has no chip", "have no chip"],
  old_pin: ["has an old PIN", "have an old PIN"],
  on_dark_web: ["was found on the dark web", "were found on the dark web"],
};

/** What makes a card one of a finding; missing where its column is. */
const findings = (asOf: string, pinYears: number): Readonly<Record<string, string>> => ({
  no_chip: "not has_chip",
  old_pin: `${Number(asOf.slice(0, 4))} - pin_changed_year > ${pinYears}`,
  on_dark_web: "on_dark_web",
});

export default defineAnalysis({
  id: "card-security",
  topic: "ownership",
  title: "Card security",
  question: "Which cards are weakly protected?",
  grain: "one row per finding",
  unit: "card",
  definition:
    "Cards without a chip, cards whose PIN was last changed more than the years before the year of the as-of date, and cards found on the dark web; shares are of all cards on file, and a card can be in several rows. A finding whose column the file lacks has no row; cards without a value are counted as unknown.",
  needs: ["security"],
  measures: ["security"],

  sql: ({ asOf, inputs, values }) => sql`
    with findings as (
      select 1 as position, 'no_chip' as finding, not has_chip as is_found, is_valid
      from card_profile
      where ${inputs.has("cards.has_chip")}
      union all
      select
        2,
        'old_pin',
        ${Number(asOf.slice(0, 4))} - pin_changed_year > ${values.security.pin_years},
        is_valid
      from card_profile
      where ${inputs.has("cards.pin_changed_year")}
      union all
      select 3, 'on_dark_web', on_dark_web, is_valid
      from card_profile
      where ${inputs.has("cards.on_dark_web")}
    )
    select
      finding,
      count(*) filter (where is_found) as cards,
      cast(count(*) filter (where is_found) as double) / nullif(count(*), 0) as share,
      count(*) filter (where is_found and is_valid) as valid_cards,
      count(*) filter (where is_found is null) as unknown
    from findings
    group by position, finding
    order by position nulls last
  `,

  columns: {
    finding: label("Finding", "no_chip, old_pin or on_dark_web."),
    cards: count("Cards", "Cards with the finding."),
    share: share("Share", "Part of all cards.", { nullable: true }),
    valid_cards: count("Valid cards", "Cards among them that are valid on the as-of date.", {
      needs: ["validity"],
    }),
    unknown: count("Unknown", "Cards without a value."),
  },
  chart: { mark: "bar", x: "finding", y: "cards", share: "share" },

  insight(rows, { values }) {
    if (rows.length === 0) return "There are no cards.";
    const parts = rows.map(
      (row) =>
        `${whole(row.cards)} (${percent(row.share)}) ${names[row.finding]?.[row.cards === 1 ? 0 : 1] ?? row.finding}`,
    );
    const first = `Of all cards on file, ${parts.join(", ")}.`;
    return rows.some((row) => row.finding === "old_pin")
      ? `${first} A PIN is old after ${counted(values.security.pin_years, "year")}.`
      : first;
  },
  behind({ finding }, column, { asOf, values }) {
    const found = findings(asOf, values.security.pin_years)[finding];
    if (found === undefined) return undefined;
    switch (column) {
      case "cards":
      case "share":
        return cardsWith(raw(found));
      case "valid_cards":
        return cardsWith(raw(found), raw("is_valid"));
      case "unknown":
        return cardsWith(unknown(`(${found})`));
      default:
        return undefined;
    }
  },
  invariants: (rows) => ({
    "a finding appears once": unique(rows, "finding"),
    "a part is no larger than its whole": rows.every(
      (row) => (row.valid_cards ?? 0) <= row.cards && (row.share ?? 0) <= 1,
    ),
  }),
});
