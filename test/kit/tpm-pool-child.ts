/**
 * A process that fills a pool of TPMs and gives them to servers as fast as it can, until it is killed. Its argument is the
 * workshop's folder; servers' passphrases are written there before the take.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { poolReadyList } from "#agent/tpm/pool-places.ts";
import { sleep } from "#base/clock.ts";
import { newUuid } from "#base/ids.ts";
import { silentLogger } from "#base/logger.ts";
import { passphraseMake, tpmWorkshop, workshopPool } from "./tpm-workshop.ts";

const folder = process.argv[2] ?? "";
const workshop = await tpmWorkshop(folder);
const pool = workshopPool(workshop, { "2.0": 2, "1.2": 0 });
await pool.prepare();
pool.fill(new AbortController().signal);
await mkdir(join(folder, "passphrases"), { recursive: true });
console.log("begun");
for (;;) {
  if ((await poolReadyList(workshop.places, "2.0")).length === 0) {
    await sleep(20);
    continue;
  }
  const serverId = newUuid();
  const passphrase = passphraseMake();
  await writeFile(join(folder, "passphrases", serverId), passphrase);
  const paths = workshop.server(serverId);
  await pool.take({ version: "2.0", serverId, sagaId: newUuid(), passphrase, paths, log: silentLogger });
}
