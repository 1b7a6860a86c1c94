import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./run.ts";

/** Fetches packages of the distribution and unpacks them into the folder, without installing them or running their scripts. */
export async function packagesUnpack(names: readonly string[], folder: string): Promise<void> {
  const archives = `${folder}.archives`;
  await mkdir(archives, { recursive: true });
  await run("apt-get", ["download", ...names], archives);
  const files = (await readdir(archives)).filter((name) => name.endsWith(".deb"));
  if (files.length < names.length)
    throw new Error(`apt-get download ${names.join(" ")} left only ${files.join(" ")}`);
  for (const file of files) await run("dpkg-deb", ["-x", join(archives, file), folder]);
}
