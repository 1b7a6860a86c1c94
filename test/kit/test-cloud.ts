import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BarbicanOptions } from "#barbican/index.ts";
import { silentLogger } from "#base/logger.ts";
import { createInProcessBus, type Bus } from "#bus/index.ts";
import type { Policy } from "#policy/index.ts";
import type { DatabaseAddress } from "#db/index.ts";
import { databasePlace } from "#db/testing/index.ts";
import { testPasswordCost } from "#identity/testing/password-cost.ts";
import { sealKeyPairLoad } from "#seal/index.ts";
import {
  allMigrations,
  controlPlaneStart,
  type ControlPlane,
  type ControlPlaneOptions,
} from "../../src/main/control-plane.ts";
import { clientAuthenticate, type Client } from "./client.ts";
import { scriptedHostStart, type ScriptedHost } from "./scripted-host.ts";

export interface TestCloud {
  readonly url: string;
  readonly statePath: string;
  readonly database: DatabaseAddress;
  readonly bus: Bus;
  readonly host: ScriptedHost;
  readonly admin: Client;
  readonly demo: Client;
  /** One more host beside the first; it stops with the cloud. */
  hostAdd(hostId: string): Promise<ScriptedHost>;
  /** Password authentication of any user, scoped to a project by name. */
  client(user: string, password: string, project: string): Promise<Client>;
  /** Ends the control plane and starts it again on the same state, with another key manager when one is given. */
  restart(changed?: { readonly barbican?: BarbicanOptions }): Promise<void>;
  stop(): Promise<void>;
}

/** A whole control plane in this process, over real HTTP, with one scripted host. */
export async function startTestCloud(
  options: {
    readonly policy?: Policy;
    readonly placementPort?: number;
    readonly compute?: ControlPlaneOptions["compute"];
    readonly barbican?: BarbicanOptions;
    readonly federation?: ControlPlaneOptions["federation"];
  } = {},
): Promise<TestCloud> {
  const statePath = await mkdtemp(join(tmpdir(), "sealstone-cloud-"));
  const place = await databasePlace(allMigrations);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const bus = createInProcessBus();
  let { barbican } = options;
  const start = (): Promise<ControlPlane> =>
    controlPlaneStart({
      statePath,
      database: place.address,
      replicaId: "control-plane test",
      address: "127.0.0.1",
      port,
      publicUrl: url,
      bus,
      log: silentLogger,
      policy: options.policy,
      placementPort: options.placementPort,
      compute: options.compute,
      guest: undefined,
      passwordCost: testPasswordCost,
      barbican,
      federation: options.federation,
    });
  let controlPlane = await start();
  const key = await sealKeyPairLoad(join(statePath, "host.key"));
  const host = await scriptedHostStart(bus, key, "0f8fad5b-d9cb-469f-a165-70867728950e");
  const hosts = [host];
  const client = (user: string, password: string, project: string): Promise<Client> =>
    clientAuthenticate(url, { user, password, project });
  const passwordOf = async (file: string): Promise<string> =>
    /OS_PASSWORD=(\S+)/.exec(await readFile(join(statePath, file), "utf8"))?.[1] ?? "";
  return {
    url,
    statePath,
    database: place.address,
    bus,
    host,
    admin: await client("admin", await passwordOf("openrc"), "admin"),
    demo: await client("demo", await passwordOf("openrc-demo"), "demo"),
    client,
    async hostAdd(hostId) {
      const added = await scriptedHostStart(bus, key, hostId);
      hosts.push(added);
      return added;
    },
    async restart(changed = {}) {
      barbican = changed.barbican ?? barbican;
      await controlPlane.stop();
      controlPlane = await start();
    },
    async stop() {
      await controlPlane.stop();
      for (const each of hosts) each.stop();
      await place.remove();
      await rm(statePath, { recursive: true, force: true });
    },
  };
}

/** A port of loopback that is free now. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}
