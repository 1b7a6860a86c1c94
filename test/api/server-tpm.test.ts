import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, imageMake } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
let image: string;
let flavorRef: string;
const kit = serverKit(() => cloud);
const servers = "/compute/v2.1/servers";

beforeAll(async () => {
  cloud = await startTestCloud();
  image = await imageMake(cloud.demo);
  const list = (await cloud.demo.send("GET", "/compute/v2.1/flavors")).body.flavors;
  flavorRef = (list as { id: string; name: string }[]).find(({ name }) => name === "vtpm.small")?.id ?? "";
});
afterAll(() => cloud.stop());

const show = (client: Pick<TestCloud["demo"], "send">, id: string) =>
  client.send("GET", `${servers}/${id}/sealstone:tpm`);

test("all that is known of a TPM, and why the rest is not", async () => {
  const id = await kit.made(cloud.demo, image, { flavorRef });
  const { status, body } = await show(cloud.admin, id);
  expect(status).toBe(200);
  const { secrets } = (await cloud.demo.send("GET", "/key-manager/v1/secrets")).body;
  const secretId = (secrets as { secret_ref: string }[])[0]?.secret_ref.split("/").at(-1);
  const hostId = createHash("sha224").update(`${cloud.demo.projectId}host-0f8f`).digest("hex");
  expect(body).toEqual({
    "sealstone:tpm": {
      server_id: id,
      version: "2.0",
      model: "tpm-crb",
      secret_security: "user",
      secret_id: secretId,
      waits_because: null,
      owner_user_id: cloud.demo.userId,
      owner_project_id: cloud.demo.projectId,
      host: "host-0f8f",
      host_unknown_because: null,
      hostId,
      state: null,
      state_unknown_because: "no host has handed the TPM's state in yet",
      vault: null,
      vault_unknown_because: "no host has handed the TPM's state in yet",
      endorsement_keys: [
        { algorithm: "rsa", public_key: "a key", certificate: "a certificate", certificate_subject: null },
      ],
      endorsement_keys_unknown_because: null,
      passphrase_uses: [
        expect.objectContaining({ event: "sealed", operation: "create", host: "host-0f8f" }),
        expect.objectContaining({ event: "sealed", operation: "create" }),
        expect.objectContaining({ event: "created", operation: "create", secret_id: secretId }),
      ],
    },
  });
  await kit.remove(id);
  expect((await show(cloud.admin, id)).status).toBe(404);
});

test("the owner sees it too, but for the names of hosts; another project does not", async () => {
  const id = await kit.made(cloud.demo, image, { flavorRef });
  const own = (await show(cloud.demo, id)).body["sealstone:tpm"];
  expect(own).toMatchObject({
    host: null,
    host_unknown_because: "hosts' names are the operator's",
    hostId: expect.stringMatching(/^[0-9a-f]{56}$/),
    passphrase_uses: [{ event: "sealed", host: null, host_id: null }, {}, {}],
  });
  expect(JSON.stringify(own)).not.toContain("host-0f8f");
  const { body } = await cloud.admin.send("POST", "/identity/v3/projects", { project: { name: "others" } });
  const user = { name: "other", password: "other", default_project_id: body.project.id as string };
  const other = (await cloud.admin.send("POST", "/identity/v3/users", { user })).body.user;
  const [role] = (await cloud.admin.send("GET", "/identity/v3/roles?name=member")).body.roles;
  const grant = `/identity/v3/projects/${body.project.id}/users/${other.id}/roles/${role.id}`;
  expect((await cloud.admin.send("PUT", grant)).status).toBe(204);
  const foreign = await show(await cloud.client("other", "other", "others"), id);
  expect(foreign.status).toBe(404);
  expect(foreign.body.itemNotFound.message).toBe(`Instance ${id} could not be found.`);
  await kit.remove(id);
});

test("a server without a TPM says so", async () => {
  const id = await kit.made(cloud.demo, image);
  const answer = await show(cloud.demo, id);
  expect(answer).toMatchObject({
    status: 404,
    body: { itemNotFound: { message: `Instance ${id} has no TPM.` } },
  });
  await kit.remove(id);
});

test("before the TPM is made, and when it never was, there are no keys", async () => {
  const because = async (id: string) => (await show(cloud.demo, id)).body["sealstone:tpm"];
  const release = cloud.host.hold("tpmManufacture");
  const before = cloud.host.calls.length;
  const { id } = (await kit.create(cloud.demo, image, { server: { flavorRef } })).body.server;
  await eventually(async () => (cloud.host.calls.includes("tpmManufacture", before) ? true : undefined));
  expect(await because(id)).toMatchObject({
    endorsement_keys: null,
    endorsement_keys_unknown_because: "the TPM is being made",
  });
  // Its keys are known by then, and go with the TPM.
  cloud.host.failNext("domainStart", "conflict");
  release();
  expect(await kit.settled(id)).toMatchObject({ status: "ERROR" });
  expect(await because(id)).toMatchObject({
    host: null,
    hostId: "",
    endorsement_keys: null,
    endorsement_keys_unknown_because: "the server failed before it had a TPM",
  });
  await kit.remove(id);
});
