import { describe, expect, it } from "vitest";
import { readYaml, readYamlWithCode } from "./yaml.js";

describe("YAML between tags", () => {
  it.each<[string, string, unknown]>([
    ["plain scalars", "a: x y\nt: 10:30\nu: https://a.b/c", { a: "x y", t: "10:30", u: "https://a.b/c" }],
    ["numbers and truth values", "n: 5\nb: true\nz: ~\nid: 007", { n: 5, b: true, z: null, id: "007" }],
    ["quoted scalars", "a: \"x: 'y'\"\nb: 'it''s'", { a: "x: 'y'", b: "it's" }],
    ["a block that keeps its lines", "a: |\n  x\n    y\n\n  z\nb: 1", { a: "x\n  y\n\nz\n", b: 1 }],
    ["a block without its last line end", "a: |-\n  x\n  y", { a: "x\ny" }],
    ["a block with all of its line ends", "a: |+\n  x\n\nb: y", { a: "x\n\n", b: "y" }],
    ["a block with an indentation of its own", "a: |2\n    x\n  y", { a: "  x\ny\n" }],
    ["a folded block", "a: >-\n  one\n  two\n\n  three", { a: "one two\nthree" }],
    ["lists", "l:\n  - a\n  - b\nm:\n- 1", { l: ["a", "b"], m: [1] }],
    ["lists of maps", "l:\n  - n: a\n    v: 1\n  - n: b", { l: [{ n: "a", v: 1 }, { n: "b" }] }],
    ["maps in maps", "o:\n  a: 1\n  p:\n    b: x", { o: { a: 1, p: { b: "x" } } }],
    ["brackets", "l: [a, b]\no: {x: 1}", { l: ["a", "b"], o: { x: 1 } }],
    ["comments", "# note\na: x # trailing", { a: "x" }],
    ["a fence", "```yaml\na: x\n```", { a: "x" }],
  ])("reads %s", (_, text, expected) => {
    expect(readYaml(text)).toEqual(expected);
  });

  it.each([
    ["prose", "This is only text."],
    ["a key twice", "a: 1\na: 2"],
    ["a forbidden key", "__proto__: 1"],
    ["something that follows", "a: 1\nand then prose"],
  ])("leaves %s alone", (_, text) => {
    expect(readYaml(text)).toBeUndefined();
  });
  const keys = new Set(["a", "b"]);
  const code = "'''Doc.\n'''\nx: 1\n  y = 2";

  it("reads code with a docstring as the last value", () => {
    expect(readYamlWithCode(`a: 1\nb: ${code}\n`, keys)).toEqual({ a: 1, b: code });
    expect(readYamlWithCode(`\nb: ${code}`, new Set(["b"]))).toEqual({ b: code });
  });

  it.each([
    ["a key is missing", `b: ${code}`],
    ["the key is not known", `a: 1\nc: ${code}`],
    ["a key stands there twice", `a: 1\nb: 2\nb: ${code}`],
    ["what stands before it is no YAML", `a: 1\nwords\nb: ${code}`],
    ["the quotes may be the format's", "a: 1\nb: '''\nx = '''y'''\n'''"],
    ["the docstring never ends", "a: 1\nb: '''Doc.\nx = 1"],
  ])("does not where %s", (_, text) => {
    expect(readYamlWithCode(text, keys)).toBeUndefined();
  });
});
