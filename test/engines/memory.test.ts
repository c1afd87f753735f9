import { describe, expect, test } from "vitest";
import { openDuckDB } from "../../src/engines/duckdb.ts";
import { memoryOf, withinMemory } from "../../src/engines/memory.ts";
import { raw } from "../../src/sql/statement.ts";

describe("an amount of memory", () => {
  test.each([
    ["4GB", 4e9],
    ["800MB", 8e8],
    ["2GiB", 2 ** 31],
    ["1.5 gb", 1.5e9],
  ])("%s", (text, bytes) => {
    expect(memoryOf(text)).toBe(bytes);
  });

  test.each(["4", "GB", "4TB!", "-4GB", "", "4e9"])("%j is none", (text) => {
    expect(() => memoryOf(text)).toThrow(/not an amount of memory/);
  });

  test.each(["0GB", "499MB"])("%s is too little", (text) => {
    expect(() => memoryOf(text)).toThrow(/too little memory/);
  });

  test("leaves room beside the engine's buffers", () => {
    expect(withinMemory(undefined)).toEqual({});
    const { memory_limit = "" } = withinMemory(4e9);
    expect(Number.parseInt(memory_limit, 10)).toBeLessThan(3e9);
    expect(Number.parseInt(memory_limit, 10)).toBeGreaterThan(1e9);
  });
});

/** Needs some 160 MB at once. */
const large = raw("create table sorted as select hash(i) as h, i from range(5000000) t(i) order by h");

test("what does not fit spills", async () => {
  await using engine = await openDuckDB(undefined, { memory_limit: "100MB" });
  await engine.execute(large);
  const { rows } = await engine.query(raw("select count(*) as n, count(distinct h % 1000) as k from sorted"));
  expect(rows).toEqual([{ n: 5_000_000, k: 1000 }]);
});

test("a full disk is told as one", async () => {
  await using engine = await openDuckDB(undefined, { memory_limit: "50MB" });
  await engine.execute(raw("set max_temp_directory_size = '1MB'"));
  await expect(engine.execute(large)).rejects.toMatchObject({
    code: "OUT_OF_SPACE",
    message: expect.stringContaining("the disk is full"),
    hint: expect.stringContaining("TMPDIR"),
  });
});

test("memory that is used up is told as that", async () => {
  await using engine = await openDuckDB(undefined, { memory_limit: "20MB", temp_directory: "" });
  await expect(engine.execute(large)).rejects.toMatchObject({
    code: "OUT_OF_SPACE",
    message: "memory is used up",
    hint: expect.stringContaining("--memory"),
  });
});
