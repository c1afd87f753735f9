import { describe, expect, test } from "vitest";
import { closedDays } from "../../../src/live/history/days.ts";

const span = { origin: undefined, first: undefined, latest: undefined, cut: undefined };

describe("which days have figures", () => {
  test("none before the first event", () => {
    expect(closedDays({ ...span, origin: "2026-01-01" })).toEqual([]);
  });

  test("those that are over, without a gap, the newest first", () => {
    expect(closedDays({ ...span, first: "2026-02-26", latest: "2026-03-02" })).toEqual([
      ...["2026-03-01", "2026-02-28", "2026-02-27", "2026-02-26"],
    ]);
  });

  test("the day of the files is the first, where it is not too far back", () => {
    const near = closedDays({ ...span, origin: "2026-01-31", first: "2026-03-01", latest: "2026-03-02" });
    expect(near).toEqual(["2026-03-01", "2026-01-31"]);
    const far = closedDays({ ...span, origin: "2024-01-31", first: "2026-03-01", latest: "2026-03-02" });
    expect(far).toEqual(["2026-03-01"]);
    const within = closedDays({ ...span, origin: "2026-03-01", first: "2026-03-01", latest: "2026-03-02" });
    expect(within).toEqual(["2026-03-01"]);
    const ahead = closedDays({ ...span, origin: "2026-03-09", first: "2026-03-01", latest: "2026-03-02" });
    expect(ahead).toEqual(["2026-03-01"]);
  });

  test("no more than four hundred", () => {
    const days = closedDays({ ...span, first: "2020-01-01", latest: "2026-03-02" });
    expect(days).toHaveLength(400);
    expect(days[0]).toBe("2026-03-01");
  });

  test("none of those whose events are folded", () => {
    const days = closedDays({
      origin: "2026-01-01",
      first: "2026-01-05",
      latest: "2026-03-03",
      cut: "2026-02-28",
    });
    expect(days).toEqual(["2026-03-02", "2026-03-01"]);
  });
});
