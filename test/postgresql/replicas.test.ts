import { existsSync } from "node:fs";
import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { silentLogger } from "#base/logger.ts";
import { createInProcessBus } from "#bus/index.ts";
import { databasePlace, type DatabasePlace } from "#db/testing/index.ts";
import { testPasswordCost } from "#identity/testing/password-cost.ts";
import { controlPlaneStart, type ControlPlane } from "../../src/main/control-plane.ts";
import { clientAuthenticate, type Client } from "../kit/client.ts";
import { freePort } from "../kit/test-cloud.ts";

let place: DatabasePlace;
let folders: readonly string[];
const running: ControlPlane[] = [];
const clients: Client[] = [];

beforeAll(async () => {
  place = await databasePlace();
  folders = await Promise.all([0, 1].map(() => mkdtemp(join(tmpdir(), "sealstone-replica-"))));
  for (const [index, statePath] of folders.entries()) {
    const [first = ""] = folders;
    // What replicas share besides the database.
    if (index > 0) {
      for (const key of ["master.key", "control-plane.key"])
        await copyFile(join(first, key), join(statePath, key));
    }
    const controlPlane = await start(statePath, place);
    running.push(controlPlane);
    clients.push(await adminOf(controlPlane, first));
  }
});

async function start(statePath: string, { address: database }: DatabasePlace): Promise<ControlPlane> {
  const port = await freePort();
  return controlPlaneStart({
    statePath,
    database,
    replicaId: `control-plane ${statePath}`,
    address: "127.0.0.1",
    port,
    publicUrl: `http://127.0.0.1:${port}`,
    bus: createInProcessBus(),
    log: silentLogger,
    guest: undefined,
    passwordCost: testPasswordCost,
  });
}

async function adminOf({ url }: ControlPlane, folder: string): Promise<Client> {
  const openrc = await readFile(join(folder, "openrc"), "utf8");
  const password = /OS_PASSWORD=(\S+)/.exec(openrc)?.[1] ?? "";
  return clientAuthenticate(url, { user: "admin", password, project: "admin" });
}

afterAll(async () => {
  for (const controlPlane of running) await controlPlane.stop();
  await place.remove();
  for (const folder of folders) await rm(folder, { recursive: true });
});

/** One request after the other from each control plane, all at once. */
function spread<T>(count: number, ask: (client: Client, index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) => {
      const client = clients[index % clients.length];
      if (!client) throw new Error("no control plane runs");
      return ask(client, index);
    }),
  );
}

test("a second control plane writes no openrc with a password that would be wrong", async () => {
  await expect(readFile(join(folders[1] ?? "", "openrc"))).rejects.toThrow("ENOENT");
});

test("of two that start at once on an empty database, one has an openrc, and its password is right", async () => {
  const empty = await databasePlace();
  const both = await Promise.all([0, 1].map(() => mkdtemp(join(tmpdir(), "sealstone-replica-"))));
  for (const folder of both) {
    for (const key of ["master.key", "control-plane.key"])
      await copyFile(join(folders[0] ?? "", key), join(folder, key));
  }
  const started = await Promise.all(both.map((folder) => start(folder, empty)));
  const owners = both.filter((folder) => existsSync(join(folder, "openrc")));
  expect(owners).toHaveLength(1);
  const [owner = ""] = owners;
  for (const controlPlane of started) await adminOf(controlPlane, owner);
  for (const controlPlane of started) await controlPlane.stop();
  // It stays at the next start, of whoever has it.
  await (await start(owner, empty)).stop();
  expect(existsSync(join(owner, "openrc"))).toBe(true);
  await empty.remove();
  for (const folder of both) await rm(folder, { recursive: true });
});

test("of many that make the same project at once, one does", async () => {
  const project = { name: "contested" };
  const answers = await spread(12, (client) => client.send("POST", "/identity/v3/projects", { project }));
  const statuses = Map.groupBy(answers, ({ status }) => status);
  expect([...statuses].map(([status, { length }]) => [status, length])).toEqual(
    expect.arrayContaining([
      [201, 1],
      [409, 11],
    ]),
  );
});

test("claims on one inventory never exceed it", async () => {
  const [client] = clients;
  if (!client) throw new Error("no control plane runs");
  const uuid = "6a4b8a5c-9d19-4fa4-8c0e-9d1a0d0f0c11";
  const providers = "/placement/resource_providers";
  expect((await client.send("POST", providers, { name: "contested", uuid })).status).toBe(201);
  const inventories = { VCPU: { total: 5 } };
  const set = await client.send("PUT", `${providers}/${uuid}/inventories`, {
    resource_provider_generation: 0,
    inventories,
  });
  expect(set.status).toBe(200);
  const answers = await spread(12, (each, index) =>
    each.send("PUT", `/placement/allocations/00000000-0000-4000-8000-${String(index).padStart(12, "0")}`, {
      allocations: [{ resource_provider: { uuid }, resources: { VCPU: 1 } }],
    }),
  );
  const made = answers.filter(({ status }) => status === 204).length;
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204, 409]));
  const usages = await client.send("GET", `${providers}/${uuid}/usages`);
  expect({ made, used: usages.body.usages.VCPU }).toEqual({ made: 5, used: 5 });
});

test("a token that one control plane revokes is refused by the other at once, however well that one knows it", async () => {
  const [first, second] = running;
  const [client] = clients;
  if (!first || !second || !client) throw new Error("two control planes are needed");
  const validate = async (token: string): Promise<number> => {
    const path = "/identity/v3/auth/tokens";
    return (await fetch(second.url + path, { headers: { "x-auth-token": token, "x-subject-token": token } }))
      .status;
  };
  for (let round = 0; round < 10; round += 1) {
    const identity = { methods: ["token"], token: { id: client.token } };
    const issued = await fetch(`${first.url}/identity/v3/auth/tokens`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ auth: { identity } }),
    });
    const token = issued.headers.get("x-subject-token") ?? "";
    expect([await validate(token), await validate(token)]).toEqual([200, 200]);
    const headers = { "x-auth-token": client.token, "x-subject-token": token };
    const revoked = await fetch(`${first.url}/identity/v3/auth/tokens`, { method: "DELETE", headers });
    expect([revoked.status, await validate(token)]).toEqual([204, 401]);
  }
});
