import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { clientOf, imageMake, type Answer } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
let image: string;
const { create, made, remove } = serverKit(() => cloud);

beforeAll(async () => {
  cloud = await startTestCloud();
  image = await imageMake(cloud.demo);
});
afterAll(() => cloud.stop());
afterEach(async () => expect(await everything()).toEqual(nothing));

/** What a refused request must not leave behind. */
async function everything(): Promise<object> {
  const provider = `/placement/resource_providers/${cloud.host.hostId}/allocations`;
  return {
    servers: (await cloud.admin.send("GET", "/compute/v2.1/servers?all_tenants=1")).body.servers,
    secrets: (await cloud.demo.send("GET", "/key-manager/v1/secrets")).body.secrets,
    allocations: (await cloud.admin.send("GET", provider)).body.allocations,
    host: [...cloud.host.servers.keys()],
  };
}

const nothing = { servers: [], secrets: [], allocations: {}, host: [] };

async function flavorMake(extraSpecs: Record<string, string>): Promise<string> {
  const flavor = { name: randomUUID(), vcpus: 1, ram: 64, disk: 1 };
  const { id } = (await cloud.admin.send("POST", "/compute/v2.1/flavors", { flavor })).body.flavor;
  const path = `/compute/v2.1/flavors/${id}/os-extra_specs`;
  if (Object.keys(extraSpecs).length > 0) await cloud.admin.send("POST", path, { extra_specs: extraSpecs });
  return id as string;
}

async function flavorName(id: string): Promise<string> {
  return (await cloud.admin.send("GET", `/compute/v2.1/flavors/${id}`)).body.flavor.name as string;
}

const refused = (message: string): object => ({ status: 400, body: { badRequest: { code: 400, message } } });

async function ask(server: object, imageRef = image): Promise<Pick<Answer, "status" | "body">> {
  const { status, body } = await create(cloud.demo, imageRef, { server });
  return { status, body };
}

test("an unknown flavor", async () => {
  expect(await ask({ flavorRef: "nonsense" })).toEqual(
    refused("Invalid flavorRef provided: Flavor nonsense could not be found."),
  );
});

test("an unknown image", async () => {
  const id = randomUUID();
  expect(await ask({}, id)).toEqual(refused(`Invalid imageRef provided: image ${id} could not be found.`));
});

test("an unknown key pair", async () => {
  expect(await ask({ key_name: "nobody's" })).toEqual(
    refused("Invalid key_name provided: there is no keypair nobody's."),
  );
});

test("a CRB interface on a TPM 1.2", async () => {
  const flavorRef = await flavorMake({ "hw:tpm_version": "1.2", "hw:tpm_model": "tpm-crb" });
  expect(await ask({ flavorRef })).toEqual(refused("TPM model CRB is only valid with TPM version 2.0."));
});

test("a TPM model without a version", async () => {
  const flavorRef = await flavorMake({ "hw:tpm_model": "tpm-tis" });
  expect(await ask({ flavorRef })).toEqual(
    refused(
      `TPM version is required: flavor ${await flavorName(flavorRef)} and image test ask for a TPM model but for no version. ` +
        "Set hw:tpm_version on the flavor or hw_tpm_version on the image to one of: 1.2, 2.0.",
    ),
  );
});

test("flavor and image ask for different TPMs", async () => {
  const flavorRef = await flavorMake({ "hw:tpm_version": "2.0" });
  const contrary = await imageMake(cloud.demo, { name: "i12", hw_tpm_version: "1.2" });
  expect(await ask({ flavorRef }, contrary)).toEqual(
    refused(
      `Flavor ${await flavorName(flavorRef)} has hw:tpm_version extra spec explicitly set to 2.0, conflicting with image i12 ` +
        "which has hw_tpm_version explicitly set to 1.2.",
    ),
  );
});

test("an image with more on it than the flavor's disk holds", async () => {
  const large = await imageMake(cloud.demo, { min_disk: 2 });
  expect(await ask({}, large)).toEqual(
    refused(
      "Flavor's disk is smaller than the minimum size specified in image metadata. Flavor disk is 1073741824 bytes, minimum size is 2147483648 bytes.",
    ),
  );
});

test("a small file that unfolds to more than the flavor's disk", async () => {
  const claim = { name: "q", disk_format: "qcow2", container_format: "bare" };
  const { id } = (await cloud.demo.send("POST", "/image/v2/images", claim)).body;
  const head = Buffer.alloc(104);
  head.write("QFI\xfb", 0, "latin1");
  head.writeUInt32BE(3, 4);
  head.writeUInt32BE(16, 20);
  head.writeBigUInt64BE(5n * 1024n ** 3n, 24);
  head.writeUInt32BE(104, 100);
  expect((await cloud.demo.send("PUT", `/image/v2/images/${id}/file`, head)).status).toBe(204);
  expect(await ask({}, id as string)).toEqual(
    refused(
      "Flavor's disk is too small for requested image. Flavor disk is 1073741824 bytes, image is 5368709120 bytes.",
    ),
  );
});

test("an upload that is not what it claims to be", async () => {
  const claim = { name: "q", disk_format: "qcow2", container_format: "bare" };
  const { id } = (await cloud.demo.send("POST", "/image/v2/images", claim)).body;
  const answer = await cloud.demo.send(
    "PUT",
    `/image/v2/images/${id}/file`,
    new TextEncoder().encode("zeros"),
  );
  expect(answer).toMatchObject({
    status: 415,
    body: {
      message:
        "The image data was refused: disk_format is qcow2, but the data does not begin with the qcow2 signature. Upload a qcow2 file or set the right disk_format.",
    },
  });
  expect((await cloud.demo.send("GET", `/image/v2/images/${id}`)).body.status).toBe("queued");
  expect((await ask({}, id as string)).body.badRequest.message).toMatch(/is not active|queued/);
});

test("a token that was revoked, and one that never was", async () => {
  const body = { auth: { identity: { methods: ["token"], token: { id: cloud.demo.token } } } };
  const issued = await cloud.demo.send("POST", "/identity/v3/auth/tokens", body);
  const token = issued.headers.get("x-subject-token") ?? "";
  const client = clientOf(cloud.url, token);
  const flavors = (): Promise<Answer> => client.send("GET", "/compute/v2.1/flavors");
  expect((await flavors()).status).toBe(200);
  const revoked = await fetch(`${cloud.url}/identity/v3/auth/tokens`, {
    method: "DELETE",
    headers: { "x-auth-token": cloud.demo.token, "x-subject-token": token },
  });
  expect(revoked.status).toBe(204);
  expect((await flavors()).status).toBe(401);
  const stranger = clientOf(cloud.url, `${token.slice(0, -1)}_`);
  expect((await stranger.send("POST", "/compute/v2.1/servers", { server: {} })).status).toBe(401);
});

test("a server of another project", async () => {
  const own = await imageMake(cloud.admin);
  const id = await made(cloud.admin, own);
  for (const [method, path, body] of [
    ["GET", "", undefined],
    ["PUT", "", { server: { name: "mine" } }],
    ["DELETE", "", undefined],
    ["POST", "/action", { reboot: { type: "HARD" } }],
    ["GET", "/os-instance-actions", undefined],
    ["POST", "/metadata", { metadata: { a: "b" } }],
  ] as const) {
    const answer = await cloud.demo.send(method, `/compute/v2.1/servers/${id}${path}`, body);
    expect(answer.body, `${method} ${path}`).toEqual({
      itemNotFound: { code: 404, message: `Instance ${id} could not be found.` },
    });
  }
  expect((await cloud.admin.send("GET", `/compute/v2.1/servers/${id}`)).body.server).toMatchObject({
    name: "s",
    status: "ACTIVE",
    metadata: {},
  });
  await remove(id);
});
