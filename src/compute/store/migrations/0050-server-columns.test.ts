import { expect, test } from "vitest";
import { openTestDatabase } from "#db/testing/index.ts";
import { aServer } from "../../domain/testing/a-server.ts";
import { serverFind, serverInsert, serverUpdate, serverUsage } from "../servers.ts";
import { computeInitial } from "./0006-compute.ts";
import { computeServerColumns } from "./0050-server-columns.ts";

test("servers from before count for quotas as much as new ones, and can be changed", async () => {
  const database = await openTestDatabase({ "0006-compute": computeInitial });
  const { id, projectId, flavor, ...old } = aServer();
  const usage = { instances: 2, cores: 2 * flavor.vcpus, ram: 2 * flavor.memoryMiB };
  // In one transaction, which is rolled back: other tests go on with this database.
  const done = database.transaction(async (tx) => {
    await tx
      .insertInto("compute_servers")
      .values({
        id,
        project_id: projectId,
        user_id: old.userId,
        name: old.name,
        vm_state: old.vmState,
        task_state: null,
        power_state: old.powerState,
        host_id: null,
        image_id: old.image.id,
        flavor_id: flavor.id,
        details: JSON.stringify({ flavor }),
        metadata: "{}",
        fault: null,
        created_at: 1,
        updated_at: 1,
        launched_at: null,
        // The columns that there were then.
      } as never)
      .execute();
    await computeServerColumns.up(tx);
    await serverInsert(tx, aServer({ id: "a0000000-0000-4000-8000-000000000000" }));
    expect(await serverUsage(tx, { projectId, userId: undefined })).toEqual(usage);
    expect(await serverUsage(tx, { projectId, userId: "nobody" })).toEqual({
      instances: 0,
      cores: 0,
      ram: 0,
    });
    await serverUpdate(tx, id, { vmState: "stopped" }, 2);
    expect((await serverFind(tx, id))?.vmState).toBe("stopped");
    throw new Error("enough");
  });
  await expect(done).rejects.toThrow("enough");
  await database.close();
});
