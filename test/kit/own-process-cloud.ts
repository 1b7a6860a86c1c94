import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { agentConfigDefaults, createAgent } from "#agent/index.ts";
import { systemClock } from "#base/clock.ts";
import { newUuid } from "#base/ids.ts";
import { createInProcessBus } from "#bus/index.ts";
import { buildGuest } from "../../guest/build.ts";
import { controlPlaneStart } from "../../src/main/control-plane.ts";
import { createLogger } from "../../src/main/logger.ts";
import { busRecorded, type BusMessage } from "./bus-record.ts";
import { clientAuthenticate, type Client } from "./client.ts";
import { freePort } from "./test-cloud.ts";

export interface OwnProcessCloud {
  readonly url: string;
  readonly statePath: string;
  readonly instancesPath: string;
  readonly admin: Client;
  readonly demo: Client;
  /** Ends it and removes what it left; the servers must be gone. */
  remove(): Promise<void>;
}

/**
 * A real cloud on this machine's libvirt, but in this process, so that what goes over its bus can be heard. Its log says
 * everything.
 */
export async function startOwnProcessCloud(options: {
  readonly poolSize: number;
  readonly hear: (message: BusMessage) => void;
}): Promise<OwnProcessCloud> {
  const statePath = await mkdtemp("/var/tmp/sealstone-test-");
  const cloudId = newUuid().slice(0, 8);
  const instancesPath = `/var/lib/sealstone/${cloudId}`;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const bus = busRecorded(createInProcessBus(), options.hear);
  const log = createLogger({ path: join(statePath, "sealstone.log"), debug: true });
  const controlPlane = await controlPlaneStart({
    statePath,
    database: { kind: "sqlite", path: join(statePath, "sealstone.sqlite") },
    replicaId: "control-plane test",
    address: "127.0.0.1",
    port,
    publicUrl: url,
    bus,
    log: log.child({ part: "control-plane" }),
    guest: await buildGuest({ outputFolder: "/var/lib/sealstone/guest" }),
  });
  await mkdir(join(statePath, "agent"), { recursive: true, mode: 0o700 });
  const tpmPool = { "2.0": options.poolSize, "1.2": 0 };
  const config = { ...agentConfigDefaults, tpmPool };
  const agentLog = log.child({ part: "agent" });
  const agent = createAgent({
    bus,
    config,
    log: agentLog,
    clock: systemClock,
    statePath,
    instancesPath,
    cloudId,
  });
  await agent.start();
  await agent.registered();
  const client = async (user: string, file: string): Promise<Client> => {
    const password = /OS_PASSWORD=(\S+)/.exec(await readFile(join(statePath, file), "utf8"))?.[1] ?? "";
    return clientAuthenticate(url, { user, password, project: user });
  };
  return {
    url,
    statePath,
    instancesPath,
    admin: await client("admin", "openrc"),
    demo: await client("demo", "openrc-demo"),
    async remove() {
      await controlPlane.stop();
      await agent.stop();
      await bus.close();
      await rm(statePath, { recursive: true, force: true });
      await rm(instancesPath, { recursive: true, force: true });
    },
  };
}
