import { afterEach, beforeEach, expect, test } from "vitest";
import { newUuid } from "#base/ids.ts";
import { FakeLibvirtd } from "#libvirt/fake/index.ts";
import { LibvirtConnection } from "#libvirt/index.ts";
import { withVtpmSecret } from "./libvirt-secret.ts";

let fake: FakeLibvirtd;
let libvirt: LibvirtConnection;

beforeEach(async () => {
  fake = await FakeLibvirtd.start();
  libvirt = await LibvirtConnection.open({ socketPath: fake.socketPath });
});

afterEach(async () => {
  await libvirt.close();
  await fake[Symbol.asyncDispose]();
});

const server = () => ({ serverId: newUuid(), secretId: newUuid(), passphrase: Buffer.from("hunter2") });

test("libvirt has the secret, ephemeral and private, while the work runs and not after", async () => {
  const secret = server();
  const seen = await withVtpmSecret(libvirt, secret, () =>
    Promise.resolve([...fake.host.secrets.values()].map((held) => ({ ...held }))),
  );
  expect(seen).toEqual([
    {
      uuid: secret.secretId,
      usageType: "vtpm",
      usageId: secret.serverId,
      ephemeral: true,
      private: true,
      value: Buffer.from("hunter2"),
    },
  ]);
  expect(fake.host.secrets.size).toBe(0);
});

test("and not after the work failed", async () => {
  const work = (): Promise<never> => Promise.reject(new Error("QEMU did not start"));
  await expect(withVtpmSecret(libvirt, server(), work)).rejects.toThrow("QEMU did not start");
  expect(fake.host.secrets.size).toBe(0);
});

test("and not after its value was refused", async () => {
  const error = { code: "operation-failed", domain: "secret", message: "no" } as const;
  fake.next("secretSetValue", { kind: "error", error });
  await expect(withVtpmSecret(libvirt, server(), () => Promise.resolve())).rejects.toThrow("no");
  expect(fake.host.secrets.size).toBe(0);
});

test("one of another UUID that was left for the server gives way", async () => {
  const old = server();
  await withVtpmSecret(libvirt, old, () =>
    withVtpmSecret(libvirt, { ...server(), serverId: old.serverId }, () => Promise.resolve()),
  );
  expect(fake.host.secrets.size).toBe(0);
});
