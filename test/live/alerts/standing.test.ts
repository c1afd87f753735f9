import { describe, expect, test } from "vitest";
import { type Rule, readRule, type WrittenRule } from "../../../src/live/alerts/rule.ts";
import { type Standing, standingAfter, unseen } from "../../../src/live/alerts/standing.ts";

const rule = (written: Partial<WrittenRule>): Rule =>
  readRule({
    name: "r",
    analysis: "portfolio-summary",
    column: "customers",
    comparison: "above",
    ...written,
  });

/** How a rule stands after each reading, with a star where it is told. */
function course(watched: Rule, readings: readonly (number | string)[], stepMs = 1000): string[] {
  let standing: Standing = unseen;
  return readings.map((reading, i) => {
    const told = standingAfter(
      watched,
      standing,
      typeof reading === "number" ? { value: reading } : { because: reading },
      i * stepMs,
    );
    standing = told.standing;
    return `${standing.state}${told.isTold ? "*" : ""}@${(standing.since ?? 0) / stepMs}`;
  });
}

describe("how a rule stands", () => {
  test("is told when it starts firing and when it ends, once each", () => {
    expect(course(rule({ threshold: 5 }), [4, 5, 6, 7, 5, 6])).toEqual([
      ...["quiet@0", "quiet@0", "firing*@2", "firing@2", "quiet*@4", "firing*@5"],
    ]);
  });

  test.each([
    ["above", [false, false, true]],
    ["at_least", [false, true, true]],
    ["below", [true, false, false]],
    ["at_most", [true, true, false]],
  ] as const)("%s", (comparison, firing) => {
    const states = [4, 5, 6].map((value) => course(rule({ comparison, threshold: 5 }), [value])[0]);
    expect(states.map((state) => state?.startsWith("firing"))).toEqual(firing);
  });

  test("what can no longer be computed has ended", () => {
    expect(course(rule({ threshold: 5 }), ["no files", "no files", 6, "no files", 4])).toEqual([
      ...["not_computable@0", "not_computable@0", "firing*@2", "not_computable*@3", "quiet@4"],
    ]);
  });

  test("every change is told, at most once a minute", () => {
    const changes = rule({ comparison: "changes" });
    expect(course(changes, [1, 1, 2, 3, 3, 3, 3, 3], 20_000)).toEqual([
      // the change to 3 is told when the minute of the change to 2 is over
      ...["quiet@0", "quiet@0", "firing*@2", "firing@2", "firing@2", "firing*@5", "firing@5", "firing@5"],
    ]);
    expect(course(changes, [1, 2, 2, 2, 2], 30_000)).toEqual([
      ...["quiet@0", "firing*@1", "firing@1", "quiet@3", "quiet@3"],
    ]);
  });
});

describe("what can be watched", () => {
  test.each([
    [{ analysis: "expiring-card", column: "rows" }, /unknown analysis: expiring-card/, /expiring-cards/],
    [{ column: "customer" }, /no figure customer/, /did you mean customers/],
    [{ analysis: "utilisation" }, /many rows/, /band/],
    [{ analysis: "expiring-cards", column: "brand" }, /is a list/, /rows/],
    [{ where: { utilization: "0.9.." } }, /no column utilization/, /did you mean utilisation/],
    [{ where: { utilisation: "high" } }, /utilisation: not a range/, /LOW\.\.HIGH/],
    [{ threshold: null }, /above needs a threshold/, /changes/],
  ] as const)("%j is refused", (written, message, hint) => {
    expect(() => rule({ threshold: 1, ...written } as Partial<WrittenRule>)).toThrow(
      expect.objectContaining({
        code: "USAGE",
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      }),
    );
  });

  test("a name keeps no card number", () => {
    expect(rule({ name: "of 4111 1111 1111 1111", threshold: 1 }).name).not.toContain("1111 1111 1111");
  });
});
