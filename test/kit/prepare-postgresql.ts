import { readFile } from "node:fs/promises";
import type { TestProject } from "vitest/node";
import { databasePackages, packagesInstall } from "../../src/main/setup/packages.ts";
import { postgresqlBinaries, postgresqlStart } from "./postgresql-server.ts";

/** One PostgreSQL server for all tests of a run; installs the distribution's where it may, and fails where it may not. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const binaries = (await postgresqlBinaries()) ?? (await packagesEnsure());
  const server = await postgresqlStart(binaries);
  project.provide("postgresql", server.url);
  return () => server.stop();
}

async function packagesEnsure(): Promise<string> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  if (!/^ID(_LIKE)?=.*debian/m.test(release) || process.getuid?.() !== 0) {
    const install = `apt-get install ${databasePackages.join(" ")}`;
    throw new Error(
      `These tests need PostgreSQL and setpriv: install them (Debian: ${install}), or run the tests as root on Debian, ` +
        `which installs them. SQLite alone: npx vitest run --project unit`,
    );
  }
  console.error(`Installing ${databasePackages.join(" ")} for the tests …`);
  const log = "/var/log/sealstone-setup.log";
  await packagesInstall(databasePackages, log);
  const binaries = await postgresqlBinaries();
  if (binaries === undefined) throw new Error("PostgreSQL was installed, but not in /usr/lib/postgresql.");
  return binaries;
}
