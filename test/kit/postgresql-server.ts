import { execFile, spawn, type ChildProcess } from "node:child_process";
import { chown, mkdtemp, open, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { sleep } from "#base/clock.ts";
import { quickFolder } from "./quick-folder.ts";

const run = promisify(execFile);

export interface PostgresqlServer {
  /** Of its maintenance database. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Nothing waits for the disk, and nobody watches. */
const forTests = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  autovacuum: "off",
  track_activities: "off",
  track_counts: "off",
  update_process_title: "off",
  jit: "off",
};

/** The programs of the newest PostgreSQL that the distribution installed; undefined when there is none. */
export async function postgresqlBinaries(): Promise<string | undefined> {
  const folder = "/usr/lib/postgresql";
  const versions = await readdir(folder).catch((): string[] => []);
  const newest = versions
    .map(Number)
    .filter(Number.isFinite)
    .toSorted((a, b) => b - a)[0];
  return newest === undefined ? undefined : join(folder, String(newest), "bin");
}

/**
 * A server of its own for tests, in a temporary folder, reached by a unix socket alone; it ends with this process
 * however that ends. What it stores need not survive a power failure, so nothing waits for the disk, unless it is to be `durable`.
 */
export async function postgresqlStart(
  binaries: string,
  { durable = false }: { readonly durable?: boolean } = {},
): Promise<PostgresqlServer> {
  const folder = await mkdtemp(join(durable ? tmpdir() : await quickFolder(), "sealstone-postgresql-"));
  const data = join(folder, "data");
  const asServer = await serverUser(folder);
  const cwd = folder;
  const form = ["--username=sealstone", "--auth=trust", "--locale=C", "--encoding=UTF8", "--no-sync"];
  await run("setpriv", [...asServer, join(binaries, "initdb"), "--pgdata", data, ...form], { cwd });
  const settings = {
    listen_addresses: "",
    unix_socket_directories: folder,
    max_connections: "300",
    ...(durable ? {} : forTests),
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const postgres = [join(binaries, "postgres"), "-D", data, ...options];
  const log = await open(join(folder, "log"), "w");
  const child = spawn("setpriv", [...asServer, "--pdeathsig=INT", ...postgres], {
    cwd,
    stdio: ["ignore", log.fd, log.fd],
  });
  await log.close();
  await untilReady(child, binaries, folder);
  return {
    url: `postgresql://sealstone@/postgres?host=${folder}`,
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      // "Fast": clients that are still there are cut off.
      child.kill("SIGINT");
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

/** PostgreSQL refuses root: then it runs as the distribution's user, whose the folder becomes. */
async function serverUser(folder: string): Promise<string[]> {
  if (process.getuid?.() !== 0) return [];
  const idOf = async (flag: string): Promise<number> => Number((await run("id", [flag, "postgres"])).stdout);
  const [uid, gid] = [await idOf("-u"), await idOf("-g")];
  await chown(folder, uid, gid);
  return [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"];
}

async function untilReady(child: ChildProcess, binaries: string, folder: string): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(50)) {
    if (child.exitCode !== null) break;
    const ready = await run(join(binaries, "pg_isready"), ["-q", "-h", folder]).then(
      () => true,
      () => false,
    );
    if (ready) return;
  }
  child.kill("SIGQUIT");
  throw new Error(`The PostgreSQL server for tests did not start in ${folder}; see log there.`);
}
