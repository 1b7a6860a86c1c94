import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { automatic } from "#agent/sim/conduct.ts";
import type { SimSettings } from "#agent/sim/facts.ts";
import { simHostStart, type SimHost } from "#agent/sim/host.ts";
import { silentLogger, type Logger } from "#base/logger.ts";
import { createInProcessBus, type Bus } from "#bus/index.ts";
import { databasePlace } from "#db/testing/index.ts";
import { testPasswordCost } from "#identity/testing/password-cost.ts";
import type { Policy } from "#policy/index.ts";
import { allMigrations, controlPlaneStart, type ControlPlaneOptions } from "../../src/main/control-plane.ts";
import { clientAuthenticate, type Client } from "./client.ts";
import { freePort } from "./test-cloud.ts";

export interface SimulatedCloud {
  readonly url: string;
  readonly bus: Bus;
  readonly admin: Client;
  readonly demo: Client;
  /** What the host holds, of now. */
  host(): SimHost;
  client(user: string, password: string, project: string): Promise<Client>;
  /** Makes a user with the role in the project, which is made when it is not there. */
  userAdd(name: string, project: string, role: string): Promise<Client>;
  flavorAdd(name: string, extraSpecs: Readonly<Record<string, string>>): Promise<string>;
  /** The machine of the host boots: whatever ran there is off. */
  hostReboot(): Promise<void>;
  /** The host's process ends, its books are changed, and it starts again. */
  hostRestart(change: (books: Books) => void): Promise<void>;
  stop(): Promise<void>;
}

type Books = Record<string, { power: string; managedSave: boolean; tpm?: { writes?: number } }>;

/** A whole control plane over real HTTP with one simulated host, whose TPMs go through the vault. */
export async function startSimulatedCloud(
  options: {
    readonly settings?: SimSettings;
    readonly policy?: Policy;
    readonly log?: Logger;
    readonly compute?: ControlPlaneOptions["compute"];
  } = {},
): Promise<SimulatedCloud> {
  const statePath = await mkdtemp(join(tmpdir(), "sealstone-simulated-"));
  const place = await databasePlace(allMigrations);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const bus = createInProcessBus();
  const { log = silentLogger, settings = {} } = options;
  const controlPlane = await controlPlaneStart({
    statePath,
    database: place.address,
    replicaId: "control-plane simulated",
    address: "127.0.0.1",
    port,
    publicUrl: url,
    bus,
    log,
    policy: options.policy,
    compute: options.compute,
    guest: undefined,
    passwordCost: testPasswordCost,
  });
  const folder = join(statePath, "sim");
  const begin = async (): Promise<SimHost> => {
    const started = await simHostStart({
      bus,
      log: silentLogger,
      hostname: "sim-001",
      folder,
      conduct: automatic(0),
      settings,
    });
    await started.register();
    return started;
  };
  let host = await begin();
  const client = (user: string, password: string, project: string): Promise<Client> =>
    clientAuthenticate(url, { user, password, project });
  const passwordOf = async (file: string): Promise<string> =>
    /OS_PASSWORD=(\S+)/.exec(await readFile(join(statePath, file), "utf8"))?.[1] ?? "";
  const admin = await client("admin", await passwordOf("openrc"), "admin");
  const hostRestart: SimulatedCloud["hostRestart"] = async (change) => {
    await host.stop();
    const path = join(folder, "servers.json");
    const books = JSON.parse(await readFile(path, "utf8")) as Books;
    change(books);
    await writeFile(path, JSON.stringify(books));
    host = await begin();
  };
  return {
    url,
    bus,
    admin,
    demo: await client("demo", await passwordOf("openrc-demo"), "demo"),
    host: () => host,
    client,
    async userAdd(name, project, role) {
      const projects = await admin.send("GET", `/identity/v3/projects?name=${project}`);
      const projectId = ((projects.body.projects as { id: string }[])[0]?.id ??
        (await admin.send("POST", "/identity/v3/projects", { project: { name: project } })).body.project
          .id) as string;
      const made = await admin.send("POST", "/identity/v3/users", { user: { name, password: name } });
      const [found] = (await admin.send("GET", `/identity/v3/roles?name=${role}`)).body.roles;
      await admin.send(
        "PUT",
        `/identity/v3/projects/${projectId}/users/${made.body.user.id}/roles/${found.id}`,
      );
      return client(name, name, project);
    },
    async flavorAdd(name, extraSpecs) {
      const made = await admin.send("POST", "/compute/v2.1/flavors", {
        flavor: { name, ram: 256, vcpus: 1, disk: 1 },
      });
      const id = made.body.flavor.id as string;
      await admin.send("POST", `/compute/v2.1/flavors/${id}/os-extra_specs`, { extra_specs: extraSpecs });
      return id;
    },
    hostRestart,
    hostReboot: () =>
      hostRestart((books) => {
        for (const server of Object.values(books)) server.power = "shutdown";
      }),
    async stop() {
      await controlPlane.stop();
      await host.stop();
      await place.remove();
      await rm(statePath, { recursive: true, force: true });
    },
  };
}
