import { execFile } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../kit/client.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

// python3-barbicanclient 5.4.0 has no `secret consumer`: that came with 5.5.
const run = promisify(execFile);

let cloud: TestCloud;
let folder: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  folder = await mkdtemp(join(tmpdir(), "sealstone-barbican-client-"));
});
afterAll(async () => {
  await cloud.stop();
  await rm(folder, { recursive: true });
});

/** What `openstack` says to these arguments, as the demo user. */
async function openstack(...args: string[]): Promise<string> {
  const openrc = join(cloud.statePath, "openrc-demo");
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder };
  const line = ["-euc", `. ${openrc}; exec openstack "$@"`, "sh", ...args];
  try {
    return (await run("sh", line, { env, cwd: folder })).stdout.trim();
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(`openstack ${args.join(" ")}\n${stderr ?? String(error)}`, { cause: error });
  }
}

/** One column of what a command shows. */
const column = (name: string, ...args: string[]): Promise<string> =>
  openstack(...args, "-f", "value", "-c", name);
const store = (...args: string[]): Promise<string> => column("Secret href", "secret", "store", ...args);

// What does not depend on one another is asked at a time: each command takes a second.
test("secret store, list, get, update, delete", async () => {
  const text = await store("--name", "text", "--payload", "hello world");
  const bytes = randomBytes(300);
  await writeFile(join(folder, "bytes"), bytes);
  const [payload, binary] = await Promise.all([
    openstack("secret", "get", text, "--payload", "-f", "value"),
    store("--name", "binary", "--file", "bytes", "--algorithm", "des", "--mode", "ctr"),
  ]);
  expect(payload).toBe("hello world");
  const asBytes = ["--payload_content_type", "application/octet-stream"];
  const [later] = await Promise.all([
    store("--name", "later", "--expiration", "2090-01-01T00:00:00"),
    openstack("secret", "get", binary, "--file", "copy", ...asBytes),
  ]);
  expect(await readFile(join(folder, "copy"))).toEqual(bytes);
  await openstack("secret", "update", later, "in two steps");
  const shown = await Promise.all([
    openstack("secret", "get", later, "--payload", "-f", "value"),
    column("Expiration", "secret", "get", later),
    column("Name", "secret", "list"),
    column("Name", "secret", "list", "--limit", "1", "--offset", "1"),
    column("Name", "secret", "list", "--algorithm", "des", "--mode", "ctr"),
  ]);
  expect(shown).toEqual([
    "in two steps",
    "2090-01-01T00:00:00+00:00",
    "text\nbinary\nlater",
    "binary",
    "binary",
  ]);
  await Promise.all([text, binary, later].map((secret) => openstack("secret", "delete", secret)));
  await Promise.all([
    expect(openstack("secret", "list", "-f", "value")).resolves.toBe(""),
    expect(openstack("secret", "get", text)).rejects.toThrow(/Not Found: Secret not found/),
    expect(store("--payload", "x", "--secret-type", "bad")).rejects.toThrow(
      /does not match schema 'Secret': 'bad' is not one of \[.*Invalid property: 'secret_type'/,
    ),
  ]);
});

test("acl submit, get, user add, user remove, delete", async () => {
  const secret = await store("--name", "shared", "--payload", "x");
  const users = (): Promise<string> => column("Users", "acl", "get", secret);
  expect(await column("Project Access", "acl", "get", secret)).toBe("True");
  await openstack("acl", "submit", secret, "--user", "u1", "--no-project-access", "--operation-type", "read");
  expect(await Promise.all([users(), column("Project Access", "acl", "get", secret)])).toEqual([
    "['u1']",
    "False",
  ]);
  await openstack("acl", "user", "add", "--user", "u2", "--operation-type", "read", secret);
  expect(await users()).toBe("['u1', 'u2']");
  await openstack("acl", "user", "remove", "--user", "u1", "--operation-type", "read", secret);
  expect(await users()).toBe("['u2']");
  await openstack("acl", "delete", secret);
  expect(await users()).toBe("[]");
  await openstack("secret", "delete", secret);
});

test("secret order create, list, get, delete: a key, and a pair in a container", async () => {
  const order = (kind: string, ...args: string[]): Promise<string> =>
    column("Order href", "secret", "order", "create", kind, ...args);
  const key = await order("key", "--name", "k", "--algorithm", "aes", "--bit-length", "256", "--mode", "cbc");
  const pair = await order("asymmetric", "--name", "p", "--algorithm", "rsa", "--bit-length", "2048");
  const active = async (one: string): Promise<true | undefined> =>
    (await column("Status", "secret", "order", "get", one)) === "ACTIVE" ? true : undefined;
  await Promise.all([key, pair].map((one) => eventually(() => active(one), 120_000)));
  const [types, made, container] = await Promise.all([
    column("Type", "secret", "order", "list"),
    column("Secret href", "secret", "order", "get", key),
    column("Container href", "secret", "order", "get", pair),
  ]);
  expect(types).toBe("Key\nAsymmetric");
  const [bits, type, privateKey] = await Promise.all([
    column("Bit length", "secret", "get", made),
    column("Type", "secret", "container", "get", container),
    column("Private Key", "secret", "container", "get", container),
  ]);
  expect([bits, type]).toEqual(["256", "rsa"]);
  await openstack("secret", "get", privateKey, "--file", "pem");
  expect(await readFile(join(folder, "pem"), "utf8")).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  await Promise.all([key, pair].map((one) => openstack("secret", "order", "delete", one)));
  const [left] = await Promise.all([
    openstack("secret", "order", "list", "-f", "value"),
    openstack("secret", "container", "delete", container),
  ]);
  expect(left).toBe("");
});

test("secret container create, list, get, delete: generic, rsa and certificate", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  await writeFile(join(folder, "private"), privateKey);
  await writeFile(join(folder, "public"), publicKey);
  const [privateRef, publicRef, certificateRef] = await Promise.all([
    store("--name", "private", "--secret-type", "private", "--file", "private"),
    store("--name", "public", "--secret-type", "public", "--file", "public"),
    store("--secret-type", "certificate", "--payload", "a certificate"),
  ]);
  const create = (type: string, ...secrets: string[]): Promise<string> =>
    column(
      "Container href",
      "secret",
      "container",
      "create",
      "--name",
      type,
      "--type",
      type,
      ...secrets.flatMap((secret) => ["--secret", secret]),
    );
  const containers = [
    await create("generic", `any=${publicRef}`),
    await create("rsa", `private_key=${privateRef}`, `public_key=${publicRef}`),
    await create("certificate", `certificate=${certificateRef}`, `private_key=${privateRef}`),
  ];
  const [generic = "", rsa = "", certificate = ""] = containers;
  const shown = await Promise.all([
    column("Type", "secret", "container", "list"),
    column("Secrets", "secret", "container", "get", generic),
    column("Public Key", "secret", "container", "get", rsa),
    column("Certificate", "secret", "container", "get", certificate),
    openstack("acl", "submit", generic, "--user", "u1"),
  ]);
  expect(shown.slice(0, 4)).toEqual([
    "generic\nrsa\ncertificate",
    `any=${publicRef}`,
    publicRef,
    certificateRef,
  ]);
  expect(await column("Users", "acl", "get", generic)).toBe("['u1']");
  await Promise.all(containers.map((container) => openstack("secret", "container", "delete", container)));
  expect(await openstack("secret", "container", "list", "-f", "value")).toBe("");
});
