import { expect, test } from "vitest";
import { openTestDatabase } from "#db/testing/index.ts";
import { imageTpmList } from "../image-tpms.ts";
import { passphraseIntentTake } from "../passphrase-intents.ts";
import { computeInitial } from "./0006-compute.ts";
import { computePassphraseOrphans } from "./0051-passphrase-orphans.ts";
import { computeImageTpms } from "./0058-image-tpms.ts";
import { computePassphraseIntents } from "./0071-passphrase-intents.ts";

test("intents from before are given up, those of images too, and images that have their passphrase stay", async () => {
  const database = await openTestDatabase({
    "0006-compute": computeInitial,
    "0051-passphrase-orphans": computePassphraseOrphans,
    "0058-image-tpms": computeImageTpms,
  });
  // In one transaction, which is rolled back: other tests go on with this database.
  const done = database.transaction(async (tx) => {
    const of = { project_id: "p", user_id: "u", created_at: 1 };
    await tx
      .insertInto("compute_tpm_intents" as never)
      .values({ server_id: "s", ...of })
      .execute();
    const image = { server_id: "s", version: "2.0", content: null, ...of };
    for (const [id, secret] of [
      ["unfinished", null],
      ["whole", "secret"],
    ])
      await tx
        .insertInto("compute_image_tpms")
        .values({ image_id: id, secret_id: secret, ...image } as never)
        .execute();
    await computePassphraseIntents.up(tx);
    const taken = await passphraseIntentTake(tx, { before: 2, ownerId: undefined });
    expect(taken.map(({ id, server_id: server, image_id: ofImage }) => [id, server, ofImage])).toEqual(
      expect.arrayContaining([
        ["s", "s", null],
        ["unfinished", "s", "unfinished"],
      ]),
    );
    expect(taken).toHaveLength(2);
    expect(await imageTpmList(tx)).toMatchObject([{ imageId: "whole", secretId: "secret" }]);
    throw new Error("enough");
  });
  await expect(done).rejects.toThrow("enough");
  await database.close();
});
