import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { hostRequirementsCheck } from "#agent/index.ts";
import type { Config } from "#config/index.ts";
import { agentConfigOf } from "./agent-config.ts";

/** Prints each requirement of the vTPM feature with ✔ or ✘, what was found and the fix. Changes nothing. */
export async function doctor(input: {
  readonly config: Config;
  readonly print: (line: string) => void;
}): Promise<{ readonly ok: boolean }> {
  const { config, print } = input;
  const known = await readFile(join(config.statePath, "cloud-id"), "utf8").catch(() => "new");
  const cloudId = known.trim();
  const requirements = await hostRequirementsCheck({
    config: agentConfigOf(config),
    cloudId,
    instancesPath: config.instancesPath ?? `/var/lib/sealstone/${cloudId}`,
  });
  const width = Math.max(...requirements.map(({ name }) => name.length));
  for (const { name, ok, found, fix, needed } of requirements) {
    const mark = ok ? "✔" : needed ? "✘" : "–";
    print(`${mark} ${name.padEnd(width)}  ${found}`);
    if (!ok) print(`  ${" ".repeat(width)}  fix: ${fix}`);
  }
  const missing = requirements.filter(({ ok, needed }) => !ok && needed);
  print("");
  print(
    missing.length === 0
      ? config.libvirt.swtpmEnabled
        ? "This host can carry servers with a vTPM."
        : "This host can carry servers, but none with a vTPM: [libvirt] swtpm_enabled is False."
      : `${missing.length} missing: ${missing.map(({ name }) => name).join(", ")}.`,
  );
  return { ok: missing.length === 0 };
}
