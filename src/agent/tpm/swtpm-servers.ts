import { readFile, readdir } from "node:fs/promises";

/** The folder of a server's state among swtpm's arguments. */
const stateFolder = /\/swtpm\/([0-9a-f-]{36})\//gu;

/** The servers for which a swtpm runs on this machine. */
export async function swtpmServers(): Promise<ReadonlySet<string>> {
  const servers = new Set<string>();
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  await Promise.all(
    pids.map(async (pid) => {
      // A process that ends meanwhile is none.
      const read = (file: string): Promise<string> =>
        readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
      if ((await read("comm")).trim() !== "swtpm") return;
      for (const [, id] of (await read("cmdline")).matchAll(stateFolder)) if (id) servers.add(id);
    }),
  );
  return servers;
}
