import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { probeSandbox, run, sandboxed } from "./process.js";

const probe = await probeSandbox();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "aifactory-sandbox-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("sandboxed", () => {
  it("is a pure translation that keeps limits, input and channel", () => {
    const command = {
      command: "sh",
      args: ["-c", "true"],
      cwd: "/x y",
      input: "hi",
      timeoutMs: 5,
      channel: true,
    } as const;
    const made = sandboxed(command, { view: "loose", writable: ["/x y"], network: true });
    expect(made).toMatchObject({ command: "bwrap", input: "hi", timeoutMs: 5, channel: true });
    expect(made.args?.slice(-4)).toEqual(["--", "sh", "-c", "true"]);
    expect(made.args).not.toContain("--unshare-net");
    expect(made.cwd).toBeUndefined();
  });
});

describe.skipIf(probe.kind === "none")("a sandbox on this machine", () => {
  it("strict: shows only what was listed, passes the channel, hides the environment and the network", async () => {
    await writeFile(join(folder, "listed"), "yes");
    const script = `cat ${folder}/listed; ls -A ${homedir()} | wc -l; env; cat /proc/net/dev | wc -l; echo said >&3`;
    const result = await run(
      sandboxed({ command: "sh", args: ["-c", script], channel: true }, { view: "strict", writable: [folder] }),
    );
    expect(result.channel).toBe("said\n");
    expect(result.stdout).toMatch(/^yes/);
    expect(result.stdout).not.toMatch(/^HOME=/m);
    expect(result.stdout).toMatch(/^3$/m);
  });

  it("strict: lets code write to what was listed only, and ends all of it with the command", async () => {
    const script = `echo in > ${folder}/in; echo out > /usr/out; (setsid sleep 600 &) ; sleep 0.1`;
    const result = await run(
      sandboxed({ command: "sh", args: ["-c", script] }, { view: "strict", writable: [folder] }),
    );
    expect(await readFile(join(folder, "in"), "utf8")).toBe("in\n");
    expect(result.stderr).toMatch(/Read-only|nonexistent/);
    expect(result.durationMs).toBeLessThan(5_000);
  });

  it("loose: can't be opened from inside, also not by root, who may shut things in further", async () => {
    const open = "mount -o remount,bind,rw / || mount -o remount,rw /; touch /usr/aifactory-out && echo opened";
    const script = `${open}; unshare --user --map-root-user --mount sh -c '${open}; umount /; ${open}'; echo tried`;
    const result = await run(sandboxed({ command: "sh", args: ["-c", script] }, { view: "loose", writable: [folder] }));
    expect(result.stdout).toBe("tried\n");
    const nested = sandboxed(
      { command: "bwrap", args: ["--ro-bind", "/", "/", "--unshare-user", "echo", "nested"] },
      {
        view: "loose",
        writable: [folder],
      },
    );
    expect(await run(nested)).toMatchObject({ exitCode: 0, stdout: "nested\n" });
  });

  it("loose: reads everything and writes only what was listed", async () => {
    const script = `cat /etc/passwd | wc -l; echo in > ${folder}/in; echo out > ${tmpdir()}/aifactory-out || echo refused`;
    const result = await run(sandboxed({ command: "sh", args: ["-c", script] }, { view: "loose", writable: [folder] }));
    expect(result.stdout).toMatch(/refused/);
    expect(await readFile(join(folder, "in"), "utf8")).toBe("in\n");
  });
});
