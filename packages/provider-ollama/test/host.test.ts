import { describe, expect, it } from "vitest";
import { authorization } from "../src/client.js";
import { hostUrl } from "../src/host.js";

describe("hostUrl reads what OLLAMA_HOST can be", () => {
  it.for<[string | undefined, string]>([
    [undefined, "http://127.0.0.1:11434"],
    ["", "http://127.0.0.1:11434"],
    ["example.com", "http://example.com:11434"],
    ["example.com:1234", "http://example.com:1234"],
    [":1234", "http://127.0.0.1:1234"],
    ["http://example.com", "http://example.com:80"],
    ["https://example.com", "https://example.com:443"],
    ["https://example.com:1234/", "https://example.com:1234"],
    ["https://example.com/ollama/", "https://example.com:443/ollama"],
    ["0.0.0.0", "http://127.0.0.1:11434"],
    ["http://0.0.0.0:11434", "http://127.0.0.1:11434"],
    ["[::]:1234", "http://[::1]:1234"],
    ["::1", "http://[::1]:11434"],
    ["[::1]", "http://[::1]:11434"],
    ["[::1]:1234", "http://[::1]:1234"],
    ["2001:db8::7", "http://[2001:db8::7]:11434"],
    ["http://[::1]", "http://[::1]:80"],
    ['  "example.com:1234"  ', "http://example.com:1234"],
    ["'example.com'", "http://example.com:11434"],
    ["example.com:99999", "http://example.com:11434"],
    ["example.com:port", "http://example.com:11434"],
    ["ollama.com", "https://ollama.com:443"],
  ])("%s", ([value, url]) => {
    expect(hostUrl(value)).toBe(url);
  });
});

describe("the key", () => {
  it("is sent over https only", () => {
    expect(authorization({ url: "https://ollama.com:443", key: "k" })).toEqual({
      authorization: "Bearer k",
    });
    expect(authorization({ url: "http://192.0.2.7:11434", key: "k" })).toEqual({});
    expect(authorization({ url: "https://ollama.com:443" })).toEqual({});
  });
});
