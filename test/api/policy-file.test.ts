import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { clientAuthenticate } from "../kit/client.ts";
import { freePort } from "../kit/test-cloud.ts";

const script = join(import.meta.dirname, "..", "..", "src", "main", "sealstone.ts");

test("policy.yaml of the state directory is in force in a cloud that is started there", async () => {
  const state = await mkdtemp(join(tmpdir(), "sealstone-policy-file-"));
  await writeFile(join(state, "policy.yaml"), `"identity:list_regions": "role:geographer"\n`);
  const port = await freePort();
  const line = [script, "control-plane", "--state-path", state, "--port", String(port)];
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...line], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    let said = "";
    child.stdout.on("data", (text: Buffer) => (said += text.toString()));
    await expect.poll(() => said, { timeout: 20_000 }).toContain("Sealstone is up");
    const [, password = ""] = /OS_PASSWORD=(\S+)/.exec(await readFile(join(state, "openrc"), "utf8")) ?? [];
    const who = { user: "admin", password, project: "admin" };
    const admin = await clientAuthenticate(`http://127.0.0.1:${port}`, who);
    expect((await admin.send("GET", "/identity/v3/regions")).status).toBe(403);
    expect((await admin.send("GET", "/identity/v3/users")).status).toBe(200);
  } finally {
    child.kill("SIGTERM");
    if (child.exitCode === null) await once(child, "exit");
    await rm(state, { recursive: true });
  }
});
