import { z } from "@hono/zod-openapi";

/** Shapes that several routes answer with. */
export const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export const row = z.record(z.string(), scalar);
export const rows = z.array(row).readonly();

export const column = z
  .object({
    name: z.string(),
    label: z.string(),
    doc: z.string(),
    kind: z.enum([
      "id",
      "label",
      "count",
      "number",
      "share",
      "ratio",
      "statistic",
      "usd",
      "year",
      "month",
      "date",
      "flag",
    ]),
  })
  .openapi("Column");

export const notComputable = z
  .array(z.object({ id: z.string(), because: z.string() }))
  .readonly()
  .openapi("NotComputable");

/** How a request looks at the portfolio; the same query as in the page's address. `parseLook` says what it cannot mean. */
export const lookQuery = z
  .object({
    grain: z
      .string()
      .optional()
      .openapi({ description: "what a filter selects", enum: ["customers", "cards"] }),
    as_of: z.string().optional().openapi({ description: "YYYY-MM-DD", example: "2020-02-29" }),
    score: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .openapi({
        type: "string",
        description:
          "LOW..HIGH of the credit score; likewise age, income, debt_to_income, utilisation and expiry (months). Empty: missing",
        example: "600..700",
      }),
    state: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .openapi({
        description: "one of these; likewise employment and product (brand~type). Empty: missing",
        example: "CA",
      }),
  })
  .catchall(z.unknown())
  .openapi({ description: "thresholds as set.measure.parameter=value" });
