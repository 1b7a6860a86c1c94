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

test("secret store, list, get, update, delete", async () => {
  const text = await store("--name", "text", "--payload", "hello world");
  expect(await openstack("secret", "get", text, "--payload", "-f", "value")).toBe("hello world");
  const bytes = randomBytes(300);
  await writeFile(join(folder, "bytes"), bytes);
  const binary = await store("--name", "binary", "--file", "bytes", "--algorithm", "des", "--mode", "ctr");
  const asBytes = ["--payload_content_type", "application/octet-stream"];
  await openstack("secret", "get", binary, "--file", "copy", ...asBytes);
  expect(await readFile(join(folder, "copy"))).toEqual(bytes);
  const later = await store("--name", "later", "--expiration", "2090-01-01T00:00:00");
  await openstack("secret", "update", later, "in two steps");
  expect(await openstack("secret", "get", later, "--payload", "-f", "value")).toBe("in two steps");
  expect(await column("Expiration", "secret", "get", later)).toBe("2090-01-01T00:00:00+00:00");
  expect(await column("Name", "secret", "list")).toBe("text\nbinary\nlater");
  expect(await column("Name", "secret", "list", "--limit", "1", "--offset", "1")).toBe("binary");
  expect(await column("Name", "secret", "list", "--algorithm", "des", "--mode", "ctr")).toBe("binary");
  for (const secret of [text, binary, later]) await openstack("secret", "delete", secret);
  expect(await openstack("secret", "list", "-f", "value")).toBe("");
  await expect(openstack("secret", "get", text)).rejects.toThrow(/Not Found: Secret not found/);
  await expect(store("--payload", "x", "--secret-type", "bad")).rejects.toThrow(
    /does not match schema 'Secret': 'bad' is not one of \[.*Invalid property: 'secret_type'/,
  );
});

test("acl submit, get, user add, user remove, delete", async () => {
  const secret = await store("--name", "shared", "--payload", "x");
  const users = (): Promise<string> => column("Users", "acl", "get", secret);
  expect(await column("Project Access", "acl", "get", secret)).toBe("True");
  await openstack("acl", "submit", secret, "--user", "u1", "--no-project-access", "--operation-type", "read");
  expect(await users()).toBe("['u1']");
  expect(await column("Project Access", "acl", "get", secret)).toBe("False");
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
  for (const one of [key, pair])
    await eventually(
      async () => ((await column("Status", "secret", "order", "get", one)) === "ACTIVE" ? true : undefined),
      120_000,
    );
  expect(await column("Type", "secret", "order", "list")).toBe("Key\nAsymmetric");
  const made = await column("Secret href", "secret", "order", "get", key);
  expect(await column("Bit length", "secret", "get", made)).toBe("256");
  const container = await column("Container href", "secret", "order", "get", pair);
  expect(await column("Type", "secret", "container", "get", container)).toBe("rsa");
  const privateKey = await column("Private Key", "secret", "container", "get", container);
  await openstack("secret", "get", privateKey, "--file", "pem");
  expect(await readFile(join(folder, "pem"), "utf8")).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  for (const one of [key, pair]) await openstack("secret", "order", "delete", one);
  expect(await openstack("secret", "order", "list", "-f", "value")).toBe("");
  await openstack("secret", "container", "delete", container);
});

test("secret container create, list, get, delete: generic, rsa and certificate", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  await writeFile(join(folder, "private"), privateKey);
  await writeFile(join(folder, "public"), publicKey);
  const privateRef = await store("--name", "private", "--secret-type", "private", "--file", "private");
  const publicRef = await store("--name", "public", "--secret-type", "public", "--file", "public");
  const certificateRef = await store("--secret-type", "certificate", "--payload", "a certificate");
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
  const listed = (await column("Type", "secret", "container", "list")).split("\n");
  expect(listed).toEqual(["generic", "rsa", "certificate"]);
  expect(await column("Secrets", "secret", "container", "get", generic)).toBe(`any=${publicRef}`);
  expect(await column("Public Key", "secret", "container", "get", rsa)).toBe(publicRef);
  expect(await column("Certificate", "secret", "container", "get", certificate)).toBe(certificateRef);
  await openstack("acl", "submit", generic, "--user", "u1");
  expect(await column("Users", "acl", "get", generic)).toBe("['u1']");
  for (const container of containers) await openstack("secret", "container", "delete", container);
  expect(await openstack("secret", "container", "list", "-f", "value")).toBe("");
});
