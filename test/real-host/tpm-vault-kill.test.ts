import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { parseGuestFacts } from "../../guest/console-facts.ts";
import { eventually } from "../kit/client.ts";
import { realCloudForTests } from "../kit/real-cloud-for-tests.ts";

const servers = "/compute/v2.1/servers";
const cloud = realCloudForTests();
const kills = 3;

interface Newest {
  readonly generation: number;
  readonly sha256: string;
  readonly at: number;
}

/** As the database has it, whatever runs. */
function newestOf(id: string): Newest {
  const database = new DatabaseSync(join(cloud().statePath, "sealstone.sqlite"), { readOnly: true });
  try {
    const row = database
      .prepare(
        "select generation, sha256, at from compute_tpm_generations where server_id = ? order by generation desc limit 1",
      )
      .get(id);
    return row as unknown as Newest;
  } finally {
    database.close();
  }
}

test("kill -9 of the cloud while the guest writes its TPM without a pause: the vault has the newest state again, and it opens", async () => {
  const { admin, demo } = cloud();
  const image = (await demo.send("GET", "/image/v2/images?name=sealstone-guest")).body.images[0];
  const line = `${image.os_command_line} tpm_writes=1`;
  const patched = await fetch(`${cloud().url}/image/v2/images/${image.id}`, {
    method: "PATCH",
    headers: {
      "x-auth-token": admin.token,
      "content-type": "application/openstack-images-v2.1-json-patch",
    },
    body: JSON.stringify([{ op: "replace", path: "/os_command_line", value: line }]),
  });
  expect(patched.status, await patched.text()).toBe(200);
  const { flavors } = (await demo.send("GET", "/compute/v2.1/flavors")).body as {
    flavors: { id: string; name: string }[];
  };
  const flavorRef = flavors.find(({ name }) => name === "vtpm.small")?.id;
  const server = { name: "writer", imageRef: image.id, flavorRef, networks: "none" };
  const id = (await demo.send("POST", servers, { server }, "2.37")).body.server.id as string;
  const stateFile = join("/var/lib/libvirt/swtpm", id, "tpm2", "tpm2-00.permall");
  const consoleText = (): Promise<string> =>
    readFile(join(cloud().instancesPath, "servers", id, "console.log"), "utf8").catch(() => "");
  const counter = async (): Promise<number> =>
    Number([...(await consoleText()).matchAll(/sealstone-guest: counter (\d+)\r?\n/g)].at(-1)?.[1] ?? 0);
  const status = (wanted: string): Promise<true> =>
    eventually(async () => {
      const { body } = await cloud().demo.send("GET", `${servers}/${id}`);
      return body.server.status === wanted && body.server["OS-EXT-STS:task_state"] === null
        ? true
        : undefined;
    }, 300_000);
  await eventually(async () => ((await counter()) >= 3 ? true : undefined), 300_000);

  for (let kill = 1; kill <= kills; kill += 1) {
    await cloud().kill();
    const [before, written] = [newestOf(id), await counter()];
    // The guest goes on, and the vault does not know.
    await expect.poll(counter).toBeGreaterThan(written + 1);
    expect(newestOf(id)).toEqual(before);
    await cloud().start();
    await status("ACTIVE");
    // It is behind by less than a second and a slow machine's pace, for as long as the guest writes.
    await expect.poll(() => newestOf(id).generation).toBeGreaterThan(before.generation + 1);
  }

  // Off at once, in the midst of a write or not.
  await cloud().demo.send("POST", `${servers}/${id}/action`, { "os-stop": null });
  await status("SHUTOFF");
  const last = createHash("sha256")
    .update(await readFile(stateFile))
    .digest("hex");
  expect(newestOf(id).sha256).toBe(last);
  await cloud().demo.send("POST", `${servers}/${id}/action`, { "os-start": null });
  await status("ACTIVE");
  const again = await eventually(
    async () => parseGuestFacts(await consoleText()).find(({ boots }) => boots === 2),
    300_000,
  );
  expect([again.problems, again.nv?.state, again.secret?.state]).toEqual([[], "read", "unsealed"]);
  await cloud().demo.send("DELETE", `${servers}/${id}`);
  await eventually(
    async () => ((await cloud().demo.send("GET", `${servers}/${id}`)).status === 404 ? true : undefined),
    300_000,
  );
});
