import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { eventually } from "../kit/client.ts";
import { realCloudForTests } from "../kit/real-cloud-for-tests.ts";

const run = promisify(execFile);
const servers = "/compute/v2.1/servers";

const cloud = realCloudForTests();
let image: string;
let flavor: string;

beforeAll(async () => {
  image = (await cloud().demo.send("GET", "/image/v2/images?name=sealstone-guest")).body.images[0]
    .id as string;
  const { flavors } = (await cloud().demo.send("GET", "/compute/v2.1/flavors")).body as {
    flavors: { id: string; name: string }[];
  };
  flavor = flavors.find(({ name }) => name === "vtpm.small")?.id ?? "";
});

async function create(): Promise<string> {
  const server = { name: "k", imageRef: image, flavorRef: flavor, networks: "none" };
  const { status, body } = await cloud().demo.send("POST", servers, { server }, "2.37");
  expect(status, JSON.stringify(body)).toBe(202);
  return body.server.id as string;
}

/** Status when no task is left; "gone" when the server is. */
async function settled(id: string): Promise<string> {
  return eventually(async () => {
    const { status, body } = await cloud().demo.send("GET", `${servers}/${id}`);
    if (status === 404) return "gone";
    return body.server["OS-EXT-STS:task_state"] === null ? (body.server.status as string) : undefined;
  }, 300_000);
}

/** What belongs to servers, everywhere, by server id: it has to be the same set everywhere. */
async function traces(): Promise<Record<string, string[]>> {
  const provider = (await cloud().admin.send("GET", "/placement/resource_providers")).body
    .resource_providers[0].uuid as string;
  const allocations = await cloud().admin.send(
    "GET",
    `/placement/resource_providers/${provider}/allocations`,
  );
  const secrets = (await cloud().demo.send("GET", "/key-manager/v1/secrets")).body.secrets as {
    name: string;
  }[];
  const list = (await cloud().demo.send("GET", servers)).body.servers as { id: string }[];
  const domains = (await cloud().domains()).map((name) => name.replace("instance-", ""));
  const tpms = await readdir("/var/lib/libvirt/swtpm");
  const ids = list.map(({ id }) => id);
  return {
    servers: ids.toSorted(),
    allocations: Object.keys(allocations.body.allocations as object).toSorted(),
    secrets: secrets.map(({ name }) => name.split(" ").at(-1) ?? "").toSorted(),
    domains: domains.toSorted(),
    disks: (await readdir(join(cloud().instancesPath, "servers"))).toSorted(),
    // The folder is shared with every other domain of this machine: only those that we ever made.
    tpms: tpms.filter((id) => made.has(id)).toSorted(),
  };
}

const made = new Set<string>();

/** Every trace belongs to a server, and every server has all of its own. */
async function expectConsistent(): Promise<void> {
  const { servers: ids, ...rest } = await traces();
  for (const [what, found] of Object.entries(rest)) expect(found, what).toEqual(ids);
  const secrets = (await run("virsh", ["-q", "secret-list"])).stdout.split("\n");
  expect(secrets.filter((line) => [...made].some((id) => line.includes(id)))).toEqual([]);
}

// From before the first step to after the start, as a create takes about two seconds.
test.each([0, 150, 500, 900, 1_300])(
  "kill -9 in a create after %i ms: the server becomes ACTIVE",
  async (delayMs) => {
    const id = await create();
    made.add(id);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    await cloud().kill();
    await cloud().start();
    // A server that failed must say why, and may be deleted; here nothing fails but the process.
    expect(await settled(id)).toBe("ACTIVE");
    await expectConsistent();
    await cloud().demo.send("DELETE", `${servers}/${id}`);
    expect(await settled(id)).toBe("gone");
    await expectConsistent();
  },
);

test.each([0, 60, 200, 400])(
  "kill -9 in a delete after %i ms: the server is gone and nothing is left",
  async (delayMs) => {
    const id = await create();
    made.add(id);
    expect(await settled(id)).toBe("ACTIVE");
    await cloud().demo.send("DELETE", `${servers}/${id}`);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    await cloud().kill();
    await cloud().start();
    expect(await settled(id)).toBe("gone");
    await expectConsistent();
  },
);

test("a second process on the same state is refused with the reason", async () => {
  const script = join(import.meta.dirname, "..", "..", "src", "main", "sealstone.ts");
  const second = run(process.execPath, [
    "--disable-warning=ExperimentalWarning",
    script,
    "control-plane",
    "--state-path",
    cloud().statePath,
  ]);
  await expect(second).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/Another Sealstone process works on/) as string,
  });
});
