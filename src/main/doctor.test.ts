import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { configLoad } from "#config/index.ts";
import { doctor } from "./doctor.ts";

const folder = mkdtempSync(join(tmpdir(), "sealstone-doctor-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("what misses has a cross, what was found and the fix, and makes the whole fail", async () => {
  const socket = join(folder, "no-libvirt");
  const env = { SEALSTONE_LIBVIRT__CONNECTION_SOCKET: socket, SEALSTONE_DEFAULT__INSTANCES_PATH: folder };
  const config = configLoad({ path: undefined, env, defaultStatePath: folder, overrides: {} });
  const lines: string[] = [];
  expect(await doctor({ config, print: (line) => lines.push(line) })).toEqual({ ok: false });
  const at = lines.findIndex((line) => line.startsWith("✘ libvirtd"));
  expect(lines[at]).toContain(`no answer at ${socket}`);
  expect(lines[at + 1]).toMatch(/^ +fix: apt-get install libvirt-daemon-system/);
  // The folder is the test's own, 0700: QEMU's user cannot pass.
  const closed = lines.findIndex((line) => line.startsWith("✘ instances_path"));
  expect(lines[closed + 1]).toContain(`fix: chmod o+x ${folder}`);
  // What needs no libvirtd is looked at all the same, and nothing is left out.
  for (const name of ["swtpm_user", "swtpm_group", "backend", "virt_type", "emulated TPMs"])
    expect(lines.some((line) => line.includes(name))).toBe(true);
  expect(lines.at(-1)).toMatch(/^\d+ missing: .*libvirtd.*instances_path/);
});
