import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { realCloudForTests } from "../kit/real-cloud-for-tests.ts";
import { realGuests } from "../kit/real-guests.ts";
import { realServerKit } from "../kit/real-servers.ts";

const run = promisify(execFile);

const cloud = realCloudForTests();
const guests = realGuests(cloud);
const { status: reached } = realServerKit(cloud);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealstone-client-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Runs a line of shell as a user would, after sourcing the openrc file; answers what it printed. */
async function shell(user: "admin" | "demo", line: string): Promise<string> {
  const openrc = join(cloud().statePath, user === "admin" ? "openrc" : "openrc-demo");
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    HOST: cloud().hostname,
    FLAVOR: "mine",
    FOLDER: folder,
  };
  try {
    const { stdout } = await run("sh", ["-euc", `. ${openrc}\n${line}`], { env, cwd: folder });
    return stdout.trim();
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(`${line}\n${stderr ?? String(error)}`, { cause: error });
  }
}

test("the documented commands of vTPM support on a host, verbatim", async () => {
  const traits = await shell(
    "admin",
    `COMPUTE_UUID=$(openstack resource provider list --name $HOST -f value -c uuid)
     openstack resource provider trait list $COMPUTE_UUID | grep SECURITY_TPM`,
  );
  const modes = ["USER", "HOST", "DEPLOYMENT"].map((mode) => `SECRET_SECURITY_${mode}`);
  for (const name of ["1_2", "2_0", "TIS", "CRB", ...modes])
    expect(traits).toContain(`COMPUTE_SECURITY_TPM_${name}`);
});

test("tokens, catalogue, projects, hypervisors, services", async () => {
  const [token, catalog, projects, roles, hypervisors, services] = await Promise.all([
    shell("demo", "openstack token issue -f value -c project_id"),
    shell("demo", "openstack catalog list -f value -c Type"),
    shell("admin", "openstack project list -f value -c Name"),
    shell("admin", "openstack role assignment list --names -f value"),
    shell("admin", "openstack hypervisor list -f value"),
    shell("admin", "openstack compute service list -f value -c Binary -c State"),
  ]);
  expect(token).toMatch(/^[0-9a-f]{32}$/);
  expect(catalog.split("\n").toSorted()).toEqual([
    "compute",
    "identity",
    "image",
    "key-manager",
    "placement",
    "sealstone",
  ]);
  expect(projects).toContain("demo");
  expect(roles).toContain("member demo@Default");
  expect(hypervisors).toContain(`${cloud().hostname} QEMU`);
  expect(services.split("\n")).toEqual(["nova-compute up", "nova-conductor up", "nova-scheduler up"]);
});

test("flavors and images: create, list, show, set, delete", async () => {
  await Promise.all([flavors(), images()]);
});

async function flavors(): Promise<void> {
  await shell("admin", "openstack flavor create --ram 256 --disk 1 --vcpus 1 $FLAVOR");
  await shell(
    "admin",
    "openstack flavor set $FLAVOR --property hw:tpm_version=2.0 --property hw:tpm_model=tpm-crb",
  );
  expect(await shell("admin", "openstack flavor show $FLAVOR -f value -c properties")).toContain("tpm-crb");
  expect(await shell("demo", "openstack flavor list -f value -c Name")).toContain("mine");
  const refused = shell(
    "admin",
    "openstack --os-compute-api-version 2.86 flavor set $FLAVOR --property hw:tpm_version=3.0",
  );
  await expect(refused).rejects.toThrow(/Validation failed; '3.0' is not one of: 1.2, 2.0/);
}

async function images(): Promise<void> {
  await writeFile(join(folder, "data"), "twenty bytes of data");
  await shell(
    "demo",
    "openstack image create --file data --disk-format raw --container-format bare --property hw_tpm_version=2.0 mine",
  );
  expect(await shell("demo", "openstack image show mine -f value -c size -c status")).toBe("20\nactive");
  await shell("demo", "openstack image save --file copy mine");
  expect(await readFile(join(folder, "copy"), "utf8")).toBe("twenty bytes of data");
  expect(await shell("demo", "openstack image list -f value -c Name")).toContain("sealstone-guest");
  await shell("demo", "openstack image delete mine");
}

test("a vTPM server, from its creation to its deletion", async () => {
  const create =
    "openstack --os-compute-api-version 2.37 server create --image sealstone-guest --flavor $FLAVOR --nic none --wait";
  const made = await shell("demo", `${create} first -f value -c status -c id`);
  expect(made).toMatch(/^[0-9a-f-]{36}\nACTIVE$/);
  const [id = ""] = made.split("\n");
  await guests.newBoot(id);
  const log = await shell("demo", "openstack console log show first");
  expect(log).toContain("/dev/tpm0");
  expect(log).toMatch(/EK: [0-9a-f]{64}/);
  const secrets = await shell("demo", "openstack secret list -f value -c Name -c 'Secret type'");
  expect(secrets).toMatch(/^vTPM secret for instance [0-9a-f-]{36} passphrase$/);
  for (const [command, status] of [
    ["stop", "SHUTOFF"],
    ["start", "ACTIVE"],
    ["reboot --hard --wait", "ACTIVE"],
    ["suspend", "SUSPENDED"],
    ["resume", "ACTIVE"],
    ["rescue", "RESCUE"],
    ["unrescue", "ACTIVE"],
    ["shelve", "SHELVED_OFFLOADED"],
    ["unshelve", "ACTIVE"],
  ] as const) {
    // A guest that still boots does not hear that it shall go off.
    if (["rescue", "shelve"].includes(command)) await guests.newBoot(id);
    if (/^(reboot|unrescue)/.test(command)) await guests.bootsNote(id);
    await shell("demo", `openstack server ${command} first`);
    await reached(id, status);
    const show = "openstack server show first -f value -c status -c OS-EXT-STS:task_state";
    expect(await shell("demo", show)).toBe(`None\n${status}`);
  }
  const [list, events] = await Promise.all([
    shell("demo", "openstack server list -f value -c Name -c Status"),
    shell("demo", "openstack server event list first -f value -c Action"),
  ]);
  expect(list).toBe("first ACTIVE");
  expect(events.split("\n").toReversed()).toEqual([
    "create",
    "stop",
    "start",
    "reboot",
    "suspend",
    "resume",
    "rescue",
    "unrescue",
    "shelve",
    "unshelve",
  ]);
  const denied = shell(
    "admin",
    "openstack server reboot --hard $(openstack server list --all-projects -f value -c ID)",
  );
  await expect(denied).rejects.toThrow(/acl user add.*HTTP 403/);
  await shell("demo", "openstack server delete --wait first");
  const left = await Promise.all([
    shell("demo", "openstack server list -f value"),
    shell("demo", "openstack secret list -f value"),
    shell("admin", "openstack flavor delete $FLAVOR"),
  ]);
  expect(left.slice(0, 2)).toEqual(["", ""]);
});

test("an ACL on the secret lets somebody else start the server", async () => {
  const create = "openstack server create --image sealstone-guest --flavor vtpm.small acl -f value -c id";
  const [server, admin] = await Promise.all([
    shell("demo", create),
    shell("admin", "openstack token issue -f value -c user_id"),
  ]);
  await guests.newBoot(server);
  await shell("admin", `openstack server stop ${server}`);
  await reached(server, "SHUTOFF");
  await expect(shell("admin", `openstack server start ${server}`)).rejects.toThrow(/HTTP 403/);
  await shell(
    "demo",
    `openstack acl user add --user ${admin} --operation-type read $(openstack secret list -f value -c 'Secret href')`,
  );
  await shell("admin", `openstack server start ${server}`);
  await reached(server, "ACTIVE");
  expect(await shell("demo", "openstack server show acl -f value -c status")).toBe("ACTIVE");
  await shell("admin", `openstack server delete ${server}`);
  expect(await guests.settled(server)).toBeUndefined();
  expect(await shell("demo", "openstack secret list -f value")).toBe("");
});
