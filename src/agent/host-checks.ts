import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Requirement } from "./requirement.ts";
import { systemPath } from "./run-program.ts";

/** Programs of the distribution that the agent runs, or libvirt for it. */
export async function hostProgramChecks(vtpm: boolean): Promise<readonly Requirement[]> {
  return await Promise.all([
    programCheck("qemu-img", "qemu-utils", true),
    programCheck("swtpm", "swtpm", vtpm),
    programCheck("swtpm_setup", "swtpm-tools", vtpm),
    programCheck("swtpm_localca", "swtpm-tools", vtpm),
  ]);
}

async function programCheck(program: string, debianPackage: string, needed: boolean): Promise<Requirement> {
  const path = await programFind(program);
  return {
    name: program,
    ok: path !== undefined,
    found: path ?? "not installed",
    fix: `apt-get install ${debianPackage}`,
    needed,
  };
}

async function programFind(program: string): Promise<string | undefined> {
  for (const folder of systemPath.split(":")) {
    const path = join(folder, program);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      // Perhaps in the next one.
    }
  }
  return undefined;
}

/** QEMU and swtpm run as users of their own and must be able to pass through every folder down to the instances. */
export async function instancesPathCheck(instancesPath: string): Promise<Requirement> {
  const closed = await closedFolderFind(resolve(instancesPath));
  return {
    name: "instances_path",
    ok: closed === undefined,
    found:
      closed === undefined
        ? instancesPath
        : `${instancesPath}, but QEMU's user cannot pass through ${closed}`,
    fix: closed === undefined ? "" : `chmod o+x ${closed} (or choose another instances_path)`,
    needed: true,
  };
}

async function closedFolderFind(path: string): Promise<string | undefined> {
  if (path === dirname(path)) return undefined;
  const above = await closedFolderFind(dirname(path));
  if (above !== undefined) return above;
  try {
    return ((await stat(path)).mode & 0o001) === 0 ? path : undefined;
  } catch {
    // The agent makes what is not there yet.
    return undefined;
  }
}
