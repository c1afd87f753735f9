import { expect, test } from "vitest";
import { modelSchema } from "../../src/risk/model.ts";
import { pageOf } from "./markdown.ts";

test("docs/model-file.md names every key of a model, and no other", () => {
  const documented = [...pageOf("docs/model-file.md").text.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(
    ([, keys = ""]) => [...keys.matchAll(/`([a-z_]+)`/g)].map(([, key]) => key),
  );
  expect(documented).toEqual(Object.keys(modelSchema.shape));
});
