import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { Client } from "./client.ts";

export interface ListedServer {
  readonly id: string;
  readonly status: string;
  readonly fault?: { readonly message: string };
  readonly flavor: {
    readonly vcpus: number;
    readonly ram: number;
    readonly disk: number;
    readonly extra_specs: Readonly<Record<string, string>>;
  };
  readonly "OS-EXT-STS:task_state": string | null;
  readonly "OS-EXT-SRV-ATTR:hypervisor_hostname": string | null;
}

export async function serversAll(admin: Client): Promise<ListedServer[]> {
  const path = "/compute/v2.1/servers/detail?all_tenants=1";
  const { status, body } = await admin.send("GET", path, undefined, "2.96");
  expect(status, JSON.stringify(body)).toBe(200);
  return body.servers as ListedServer[];
}

/** Every trace of a server on hosts, in Placement and in the key manager is of a server that is there, and it has all of its own. */
export async function tracesExpectExact(
  cloud: { readonly admin: Client; readonly demo: Client; readonly hostsHold: () => Promise<Held[]> },
  servers: readonly ListedServer[],
): Promise<void> {
  const placed = servers.filter(({ status }) => status !== "ERROR");
  const hasTpm = ({ flavor }: ListedServer): boolean => flavor.extra_specs["hw:tpm_version"] !== undefined;
  const hostOf = (server: ListedServer): string => server["OS-EXT-SRV-ATTR:hypervisor_hostname"] ?? "nowhere";
  const onHosts = placed.map((server): Held => [
    server.id,
    {
      host: hostOf(server),
      domain: true,
      disks: true,
      tpm: hasTpm(server),
      power: "running",
      managedSave: false,
    },
  ]);
  expect(sorted(await cloud.hostsHold()), "domains, disks and TPMs").toEqual(sorted(onHosts));
  const allocated = placed.map((server) => {
    const { vcpus: VCPU, ram: MEMORY_MB, disk: DISK_GB } = server.flavor;
    return [server.id, { host: hostOf(server), resources: { VCPU, MEMORY_MB, DISK_GB } }];
  });
  expect(await allocationsAll(cloud.admin), "allocations").toEqual(sorted(allocated));
  // A server in ERROR keeps its secret until it is deleted.
  const owners = servers.filter(hasTpm).map(({ id }) => id);
  expect(await secretOwners(cloud.demo), "secrets").toEqual(owners.toSorted());
}

function sorted(entries: readonly unknown[][]): unknown[][] {
  return entries.toSorted(([a], [b]) => String(a).localeCompare(String(b)));
}

/** A server's id, and what of it is on which host. */
export type Held = [
  id: string,
  what: {
    readonly host: string;
    readonly domain: boolean;
    readonly disks: boolean;
    readonly tpm: boolean;
    readonly power: string;
    readonly managedSave: boolean;
  },
];

interface SimServer {
  readonly domain?: object;
  readonly disks: boolean;
  readonly tpm?: object;
  readonly power: string;
  readonly managedSave: boolean;
}

/** What simulated hosts have written down. */
export async function simHostsHold(simFolder: string): Promise<Held[]> {
  const held: Held[] = [];
  for (const host of (await readdir(simFolder)).filter((name) => name.startsWith("sim-"))) {
    const text = await readFile(join(simFolder, host, "servers.json"), "utf8").catch(() => "{}");
    const servers = JSON.parse(text) as Record<string, SimServer>;
    for (const [id, { domain, disks, tpm, power, managedSave }] of Object.entries(servers)) {
      held.push([
        id,
        { host, domain: domain !== undefined, disks, tpm: tpm !== undefined, power, managedSave },
      ]);
    }
  }
  return held;
}

async function allocationsAll(admin: Client): Promise<unknown[][]> {
  const providers = (await admin.send("GET", "/placement/resource_providers")).body.resource_providers as {
    uuid: string;
    name: string;
  }[];
  const found: unknown[][] = [];
  for (const { uuid, name: host } of providers) {
    const { body } = await admin.send("GET", `/placement/resource_providers/${uuid}/allocations`);
    const allocations = body.allocations as Record<string, { resources: object }>;
    for (const [id, { resources }] of Object.entries(allocations)) found.push([id, { host, resources }]);
  }
  return sorted(found);
}

/** Ids of the servers in the names of the passphrases. */
async function secretOwners(demo: Client): Promise<string[]> {
  const owners: string[] = [];
  for (let total = 1; owners.length < total;) {
    const { body } = await demo.send("GET", `/key-manager/v1/secrets?limit=100&offset=${owners.length}`);
    const secrets = body.secrets as { name: string }[];
    total = secrets.length === 0 ? 0 : (body.total as number);
    owners.push(...secrets.map(({ name }) => name.split(" ").at(-1) ?? ""));
  }
  return owners.toSorted();
}
