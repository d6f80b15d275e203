import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";

const root = new URL("../../../", import.meta.url);
const tutorial = await readFile(new URL("docs/writing-a-provider.md", root), "utf8");
const quotes = [...tutorial.matchAll(/<!-- (\S+) -->\n```ts\n([\s\S]*?)```/g)];

it("the tutorial quotes the example", () => {
  expect(quotes.length).toBeGreaterThanOrEqual(4);
});

it.for(quotes.map(([, path = "", code = ""]) => ({ path, code })))(
  "what it quotes of $path stands there",
  async ({ path, code }) => {
    expect(await readFile(new URL(path, root), "utf8")).toContain(code.trimEnd());
  },
);
