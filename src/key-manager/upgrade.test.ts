import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "#base/clock.ts";
import { silentLogger } from "#base/logger.ts";
import { databasePlace, openPlace } from "#db/testing/index.ts";
import { seal } from "./crypto/aead.ts";
import { createKeyManager, keyManagerMigrations } from "./index.ts";
import { masterKeyList } from "./store/master-keys.ts";

test("a database and key file from before there were several master keys", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sealstone-upgrade-"));
  const masterKeyPath = join(folder, "master.key");
  const key = randomBytes(32);
  await writeFile(masterKeyPath, key, { mode: 0o600 });
  const place = await databasePlace();
  const before = Object.entries(keyManagerMigrations).filter(([name]) => name < "0068");
  const old = await openPlace(place, Object.fromEntries(before));
  const check = seal(key, Buffer.from("sealstone master key check"), ["master-key", "the-first"]);
  await old.transaction((tx) =>
    tx
      .insertInto("key_manager_master_keys")
      .values({ id: "the-first", check_value: check, created_at: 7 } as never)
      .execute(),
  );
  await old.close();
  const database = await openPlace(place, keyManagerMigrations);
  const keyManager = await createKeyManager({
    database,
    clock: systemClock,
    log: silentLogger,
    masterKeyPath,
  });
  expect(await masterKeyList(database.db)).toMatchObject([
    { id: "the-first", generation: 1, status: "CURRENT", handed_over: null, created_at: 7 },
  ]);
  const box = keyManager.boxFor([]);
  const sealed = seal(key, Buffer.from("kept"), ["box", "credential", "1"]);
  expect((await box.open(sealed, ["credential", "1"])).toString()).toBe("kept");
  const made = await box.seal(Buffer.from("new"), ["x"]);
  expect(await database.transaction((tx) => made.text(tx))).toMatch(/^the-first:/);
  await keyManager.stop();
  await database.close();
  await place.remove();
  await rm(folder, { recursive: true });
});
