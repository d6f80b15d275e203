import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { probeSandbox } from "@aifactory/core/process";
import type { Verdict } from "@aifactory/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { calculator, goodFeature } from "../calculator.js";
import { removeCases } from "../case.js";
import { judgeCase, told } from "../judge-case.js";

// Whatever could harm the machine runs only where the sandbox and its limits were seen to work, in this very run.
const probe = await probeSandbox();
const skipped = probe.kind === "none" ? `, skipped because there is no sandbox here: ${probe.reason}` : "";

const source = fileURLToPath(new URL("../../src/python", import.meta.url));
let server: Server;
let port: number;
let outside: string;

beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), "aifactory-outside-"));
  await writeFile(join(outside, "secret"), "the user's own");
  server = createServer((socket) => socket.end("reached")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
});

afterAll(async () => {
  server.close();
  await rm(outside, { recursive: true, force: true });
});

afterAll(removeCases);

describe.skipIf(skipped !== "")(`containment${skipped}`, () => {
  const limitMs = 10_000;

  it.concurrent.each([
    ["a hang in C", "import ctypes\n    ctypes.CDLL(None).pause()"],
    ["a regular expression that takes for ever", `import re\n    assert re.match("(a+)+$", "a" * 64 + "b")`],
    [
      "signals ignored",
      "import signal, time\n    for number in (1, 2, 15):\n        signal.signal(number, signal.SIG_IGN)\n    while True:\n        time.sleep(600)",
    ],
    [
      "all signals blocked, in a session of its own",
      "import os, signal, time\n    if os.fork() == 0:\n        os.setsid()\n    signal.pthread_sigmask(signal.SIG_SETMASK, range(1, 32))\n    time.sleep(600)",
    ],
  ])("%s: timed-out, and everything that it started is gone", async (_, body) => {
    const { verdict, left } = await judgeBody(body, limitMs);
    expect(verdict.status === "timed-out" ? "" : told(verdict)).toBe("");
    expect(verdict.durationMs).toBeLessThan(limitMs + 20_000);
    expect(left).toEqual([]);
  });

  it.each([
    [
      "a fork bomb",
      "import os\n    while True:\n        try:\n            os.fork()\n        except OSError:\n            pass",
    ],
    [
      "threads without end",
      "import threading, time\n    while True:\n        try:\n            threading.Thread(target=time.sleep, args=(600,)).start()\n        except RuntimeError:\n            pass",
    ],
  ])("%s ends, and everything that it started is gone", async (_, body) => {
    const { verdict, left } = await judgeBody(body, limitMs);
    expect(["failed", "timed-out", "tampered"].includes(verdict.status) ? "" : told(verdict)).toBe("");
    expect(verdict.durationMs).toBeLessThan(limitMs + 20_000);
    expect(left).toEqual([]);
  });

  it.each([
    [
      "ten gigabytes printed",
      `import sys\n    for _ in range(10_240):\n        print("x" * 1_048_576)\n    sys.exit(3)`,
    ],
    ["ten gigabytes of memory", `block = bytearray(10 * 2**30)\n    assert block is None`],
    ["a file of ten gigabytes", `open("/tmp/big", "wb").truncate(10 * 2**30)`],
    ["a file of ten gigabytes in the tree", `open("big", "wb").truncate(10 * 2**30)`],
    ["a full /tmp", `for number in range(64):\n        open(f"/tmp/{number}", "wb").write(bytes(50 * 2**20))`],
  ])("%s: failed, and everything that it started is gone", async (_, body) => {
    const { verdict, left } = await judgeBody(body, 50_000);
    expect(verdict.status === "failed" ? "" : told(verdict)).toBe("");
    expect(left).toEqual([]);
  });

  it.concurrent.each([
    [
      "the user's home",
      () =>
        `    allowed = (sys.prefix, sys.base_prefix, ${JSON.stringify(source)})
    for parent, folders, files in os.walk(${JSON.stringify(homedir())}):
        folders[:] = [name for name in folders if os.path.join(parent, name) not in allowed]
        assert files == []`,
    ],
    [
      "the user's files",
      () => `    with pytest.raises(OSError):\n        open(${JSON.stringify(join(outside, "secret"))})`,
    ],
    [
      "the network, this machine's own included",
      () => `    with pytest.raises(OSError):\n        socket.create_connection(("127.0.0.1", ${port}), 3)`,
    ],
    [
      "secrets of the environment",
      () =>
        `    allowed = {"PATH", "HOME", "TMPDIR", "LANG", "TZ", "CI", "PWD", "LC_CTYPE"}\n    left = {name for name in os.environ if not name.startswith(("PYTHON", "PYTEST", "AIFACTORY_PROCESS"))}\n    assert left <= allowed`,
    ],
    [
      "the packages that it runs with",
      () =>
        `    for folder in {os.path.dirname(pytest.__file__), sys.prefix, sys.base_prefix}:\n        with pytest.raises(OSError):\n            open(os.path.join(folder, "planted.py"), "w")`,
    ],
    [
      "git's data of the tree",
      () => `    assert [name for _, _, names in os.walk("/tmp") for name in names if name == "alternates"] == []`,
    ],
    ["other processes", () => `    assert len([name for name in os.listdir("/proc") if name.isdigit()]) < 8`],
    [
      "rights of root",
      () =>
        `    assert os.getuid() != 0 or ${String(process.getuid?.() !== 0)}\n    with pytest.raises(OSError):\n        os.chown("/tmp", 12, 12)\n    with pytest.raises(OSError):\n        os.setuid(0) if os.getuid() else os.mount`,
    ],
  ])("%s is out of reach", async (_, body) => {
    const test = `import os\nimport socket\nimport sys\n\nimport pytest\nfrom calc import mul\n\n\ndef test_mul():\n    assert mul(3, 4) == 12\n${body()}\n`;
    const verdict = await judgeCase({
      name: "",
      base: calculator,
      head: { ...goodFeature, "tests/test_mul.py": test },
      expect: "passed",
    });
    expect(verdict.status === "passed" ? "" : told(verdict)).toBe("");
  });
});

/** Has a test judged that leaves a program behind in a session of its own; `left` is what of it still runs. */
async function judgeBody(body: string, timeoutMs: number): Promise<{ verdict: Verdict; left: readonly string[] }> {
  const mark = `aifactory-${randomUUID()}`;
  const test = `import os\nimport subprocess\nimport sys\n\n\ndef test_mul():\n    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)  # ${mark}"], start_new_session=True)\n    ${body}\n`;
  const head = { ...goodFeature, "tests/test_mul.py": test };
  const options = { timeoutMs, limits: { processes: 64 } };
  const verdict = await judgeCase({ name: "", base: calculator, head, expect: [], options });
  return { verdict, left: await running(mark) };
}

/** What our tests started and still runs. */
async function running(mark: string): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map(async (pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  return lines.filter((line) => line.includes(mark)).map((line) => line.replaceAll("\0", " "));
}
