import { createHash, X509Certificate } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(() => cloud.stop());

const flavors = "/compute/v2.1/flavors";
const keypairs = "/compute/v2.1/os-keypairs";
const base = { name: "f", ram: 64, vcpus: 1, disk: 0 };

test.each([
  { ram: "0" },
  { vcpus: 0 },
  { ram: "3000000000" },
  { disk: -1 },
  { swap: "x" },
  { rxtx_factor: 0 },
  { rxtx_factor: "0.0" },
  { rxtx_factor: 3.5e38 },
  { id: " a" },
  { id: "a " },
  { id: "ä" },
  { flavorid: "a" },
  { "os-flavor-access:is_public": "nope" },
  { "os-flavor-access:is_public": "" },
  { name: "a\u0000b" },
  { name: " a" },
])("a flavor with %j is 400", async (more) => {
  expect((await cloud.admin.send("POST", flavors, { flavor: { ...base, ...more } })).status).toBe(400);
});

test("flavors take numbers as text, and sort by every key of Nova", async () => {
  const text = { name: "text", id: 1.5, ram: "128", vcpus: "2", disk: "1", rxtx_factor: "2.5" };
  const flavor = { ...text, "os-flavor-access:is_public": "YES", description: "zz" };
  const made = await cloud.admin.send("POST", flavors, { flavor }, "2.55");
  expect(made.body.flavor).toMatchObject({ id: "1.5", ram: 128, rxtx_factor: 2.5, description: "zz" });
  const sorted = async (key: string): Promise<string[]> => {
    const { body } = await cloud.demo.send("GET", `${flavors}?sort_key=${key}&sort_dir=desc`);
    return (body.flavors as { name: string }[]).map(({ name }) => name);
  };
  expect((await sorted("created_at"))[0]).toBe("text");
  expect((await sorted("description"))[0]).toBe("text");
  expect((await sorted("updated_at")).length).toBe((await sorted("vcpu_weight")).length);
  const bad = async (query: string, version = "2.1"): Promise<number> =>
    (await cloud.admin.send("GET", `${flavors}?${query}`, undefined, version)).status;
  expect(await bad("sort_key=secret")).toBe(400);
  expect(await bad("is_public=nope")).toBe(400);
  expect(await bad("minRam=x")).toBe(400);
  expect(await bad("other=1", "2.75")).toBe(400);
  expect(await bad("other=1", "2.74")).toBe(200);
  expect((await cloud.demo.send("GET", `${flavors}?is_public=nope`)).status).toBe(200);
});

const sshKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me";

test.each([
  ["a.b", "2.91", 400],
  ["a.b@c", "2.92", 201],
  [" a", "2.92", 400],
  ["a ", "2.1", 400],
  ["a\u0001", "2.92", 400],
  ["a b_c-1", "2.1", 200],
])("a key pair named %j at %s is %i", async (name, version, status) => {
  const keypair = { name, public_key: sshKey };
  expect((await cloud.demo.send("POST", keypairs, { keypair }, version)).status).toBe(status);
});

/** openssl req -x509 -newkey ed25519 -nodes -subj /CN=me -days 36500 */
const pem = `-----BEGIN CERTIFICATE-----
MIIBMDCB46ADAgECAhQpiFizZwzcPj5/nFNOk01gzN9T+jAFBgMrZXAwDTELMAkG
A1UEAwwCbWUwIBcNMjYxMTI0MTk1NzQ5WhgPMjEyNjEwMzExOTU3NDlaMA0xCzAJ
BgNVBAMMAm1lMCowBQYDK2VwAyEA0+qpRVie7CjQPIBBBEAjqreSlPTKiUTl/izH
skWImgejUzBRMB0GA1UdDgQWBBRJ4P8LPHxWJJ20eBCGXEZun67B0zAfBgNVHSME
GDAWgBRJ4P8LPHxWJJ20eBCGXEZun67B0zAPBgNVHRMBAf8EBTADAQH/MAUGAytl
cANBAOpUBSoP+B6UpZtWkI7q4t9hKmlUEjZ8bTm4XR/GE7H0SzNouENDhyDM/zNu
qF5p+Wz3b89IbEQJCOr1/Em76A0=
-----END CERTIFICATE-----`;

test("a certificate is imported with its SHA-1 fingerprint, or made", async () => {
  const send = (keypair: object) => cloud.demo.send("POST", keypairs, { keypair }, "2.2");
  const made = await send({ name: "cert", type: "x509", public_key: pem });
  const hex = createHash("sha1").update(new X509Certificate(pem).raw).digest("hex");
  expect(made.body.keypair).toMatchObject({ type: "x509", fingerprint: hex.match(/../g)?.join(":") });
  for (const bad of [{ public_key: "nonsense" }, { public_key: sshKey }, { public_key: "" }]) {
    const refused = await send({ name: "bad", type: "x509", ...bad });
    expect(refused.status).toBe(400);
    expect(refused.body.badRequest.message).toMatch(/^Keypair data is invalid: /);
  }
  const generated = await send({ name: "new", type: "x509" });
  expect(generated.body.keypair.public_key).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
  expect(generated.body.keypair.private_key).toMatch(/^[A-Za-z0-9+/]{1000,}=*$/);
  expect((await send({ name: "bad", type: "ssh-rsa" })).status).toBe(400);
  expect((await send({ name: "bad", public_key: "" })).status).toBe(400);
});

test("key pairs of others are an administrator's from 2.10 on; pages from 2.35 on", async () => {
  const foreign = `?user_id=${cloud.demo.userId}`;
  const get = (client: "admin" | "demo", path: string, version: string) =>
    cloud[client].send("GET", `${keypairs}${path}`, undefined, version);
  await cloud.demo.send("POST", keypairs, { keypair: { name: "zz", public_key: sshKey } });
  expect((await get("admin", `/zz${foreign}`, "2.10")).body.keypair.user_id).toBe(cloud.demo.userId);
  expect((await get("admin", `/zz${foreign}`, "2.9")).status).toBe(404);
  expect((await get("demo", `?user_id=${cloud.admin.userId}`, "2.10")).status).toBe(403);
  expect((await get("demo", "?limit=1", "2.34")).body.keypairs.length).toBeGreaterThan(1);
  const page = await get("demo", "?limit=1", "2.35");
  expect(page.body.keypairs).toHaveLength(1);
  expect(page.body.keypairs_links[0].href).toContain("marker=");
  expect((await get("demo", "?marker=none", "2.35")).status).toBe(400);
  expect((await get("demo", "/zz?limit=1", "2.75")).status).toBe(400);
});
