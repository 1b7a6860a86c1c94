import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createConnection, createServer } from "node:net";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { LifecycleEvent } from "../../src/libvirt/index.ts";
import {
  capabilities,
  domainCapabilities,
  domainDefine,
  domainDestroy,
  domainGetInfo,
  domainGetState,
  domainGetXml,
  domainHasManagedSave,
  domainLifecycleSubscribe,
  domainList,
  domainLookupByName,
  domainLookupByUuid,
  domainManagedSave,
  domainManagedSaveGetXml,
  domainManagedSaveRemove,
  domainRebootSubscribe,
  domainReset,
  domainResume,
  domainShutdown,
  domainStart,
  domainSuspend,
  domainUndefine,
  hostname,
  hypervisorVersion,
  isConnectionLost,
  isDenied,
  isNoDomain,
  isNoSecret,
  isOperationFailed,
  isOperationInvalid,
  isXmlError,
  LibvirtConnection,
  libvirtVersion,
  nodeCpuStats,
  nodeInfo,
  nodeMemoryStats,
  secretDefine,
  secretList,
  secretLookupByUsage,
  secretLookupByUuid,
  secretSetValue,
  secretUndefine,
} from "../../src/libvirt/index.ts";
import { processesWith } from "../kit/processes.ts";

const UUID = randomUUID();
const NAME = `libvirt-client-test-${UUID.slice(0, 8)}`;
const SECRET_UUID = randomUUID();
const patienceMs = 60_000;

/** Nothing to boot: the firmware runs and finds no disk, which is all that a client's test needs. */
const DOMAIN_XML = `
  <domain type='qemu'>
    <name>${NAME}</name>
    <uuid>${UUID}</uuid>
    <memory unit='MiB'>32</memory>
    <vcpu>1</vcpu>
    <os><type arch='x86_64' machine='q35'>hvm</type></os>
    <features><acpi/></features>
    <devices><memballoon model='none'/></devices>
  </domain>`;

const SECRET_XML = `
  <secret ephemeral='yes' private='yes'>
    <uuid>${SECRET_UUID}</uuid>
    <usage type='vtpm'><name>${NAME}</name></usage>
  </secret>`;

let libvirt: LibvirtConnection;

async function failure(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    (value) => expect.fail(`expected a failure, got ${String(value)}`),
    (error: unknown) => error,
  );
}

beforeAll(async () => {
  libvirt = await LibvirtConnection.open({ keepaliveSeconds: 0.5, keepaliveCount: 100 });
});

afterAll(async () => {
  await domainDestroy(libvirt, { uuid: UUID }).catch(() => undefined);
  await domainUndefine(libvirt, { uuid: UUID }, { keepTpm: false, managedSave: true }).catch(() => undefined);
  await secretUndefine(libvirt, { uuid: SECRET_UUID }).catch(() => undefined);
  await libvirt.close();
});

describe("the host", () => {
  test("tells versions, name, capabilities and figures", async () => {
    expect(await libvirtVersion(libvirt)).toMatch(/^\d+\.\d+\.\d+$/);
    expect(await hypervisorVersion(libvirt)).toMatch(/^\d+\.\d+\.\d+$/);
    expect(await hostname(libvirt)).not.toBe("");
    expect(await capabilities(libvirt)).toContain("<arch name='x86_64'>");
    const domain = await domainCapabilities(libvirt, { virtType: "qemu", arch: "x86_64", machine: "q35" });
    expect(domain).toContain("<tpm supported='yes'>");
    const node = await nodeInfo(libvirt);
    expect(node.model).toBe("x86_64");
    expect(node.cpus).toBeGreaterThan(0);
    const memory = await nodeMemoryStats(libvirt);
    expect(memory.freeKiB).toBeLessThan(memory.totalKiB);
    expect((await nodeCpuStats(libvirt)).idleNs).toBeGreaterThan(0n);
  });

  test("answers a hundred calls at once", async () => {
    const names = await Promise.all(Array.from({ length: 100 }, () => hostname(libvirt)));
    expect(new Set(names).size).toBe(1);
  });
});

describe("a domain", () => {
  test("from define to undefine, with its events", async () => {
    const events: LifecycleEvent[] = [];
    const reboots: string[] = [];
    const lifecycle = await domainLifecycleSubscribe(libvirt, (event) => {
      if (event.uuid === UUID) events.push(event);
    });
    const reboot = await domainRebootSubscribe(libvirt, (event) => reboots.push(event.uuid));

    expect(isNoDomain(await failure(domainLookupByUuid(libvirt, UUID)))).toBe(true);
    const domain = await domainDefine(libvirt, DOMAIN_XML, { validate: true });
    expect(domain).toEqual({ name: NAME, uuid: UUID, id: -1 });
    expect(await domainLookupByName(libvirt, NAME)).toEqual(domain);
    expect(await domainList(libvirt, { inactive: true })).toContainEqual(domain);
    expect((await domainGetState(libvirt, domain)).state).toBe("shutoff");
    const taken = domainDefine(libvirt, DOMAIN_XML.replace(UUID, randomUUID()));
    expect(isOperationFailed(await failure(taken))).toBe(true);
    expect(isOperationInvalid(await failure(domainDestroy(libvirt, domain)))).toBe(true);
    expect(isXmlError(await failure(domainDefine(libvirt, "<domain type='qemu'/>")))).toBe(true);

    const started = await domainStart(libvirt, domain, { paused: true });
    expect(started.id).toBeGreaterThan(0);
    expect(isOperationInvalid(await failure(domainStart(libvirt, domain)))).toBe(true);
    expect(await domainGetState(libvirt, { uuid: UUID })).toEqual({ state: "paused", reason: "user" });
    await domainResume(libvirt, domain);
    expect(await domainGetState(libvirt, domain)).toEqual({ state: "running", reason: "unpaused" });
    expect(await domainGetInfo(libvirt, domain)).toMatchObject({
      state: "running",
      maxMemoryKiB: 32_768,
      vcpus: 1,
    });
    expect(await domainGetXml(libvirt, domain)).toContain(`<name>${NAME}</name>`);
    await domainReset(libvirt, domain);
    await domainShutdown(libvirt, domain, { acpi: true });
    await domainSuspend(libvirt, domain);
    await domainDestroy(libvirt, domain);
    expect(await domainGetState(libvirt, domain)).toEqual({ state: "shutoff", reason: "destroyed" });
    await domainUndefine(libvirt, domain, { keepTpm: true });
    expect(isNoDomain(await failure(domainGetState(libvirt, domain)))).toBe(true);

    await vi.waitFor(() => expect(events.at(-1)?.event).toBe("undefined"), patienceMs);
    expect(events.map(({ event, detail }) => `${event} ${detail}`)).toEqual([
      "defined added",
      "started booted",
      "suspended paused",
      "resumed unpaused",
      "suspended paused",
      "shutdown host",
      "stopped destroyed",
      "undefined removed",
    ]);
    expect(reboots).toContain(UUID);
    await lifecycle.close();
    await reboot.close();
  });

  test("saved by libvirt and restored", async () => {
    const domain = await domainDefine(libvirt, DOMAIN_XML);
    await domainStart(libvirt, domain);
    await domainManagedSave(libvirt, domain, { running: true });
    expect(await domainHasManagedSave(libvirt, domain)).toBe(true);
    expect(await domainManagedSaveGetXml(libvirt, domain, { secure: true })).toContain(UUID);
    expect(isOperationInvalid(await failure(domainUndefine(libvirt, domain, { keepTpm: true })))).toBe(true);
    await domainStart(libvirt, domain);
    expect(await domainGetState(libvirt, domain)).toMatchObject({ state: "running" });
    expect(await domainHasManagedSave(libvirt, domain)).toBe(false);
    await domainManagedSave(libvirt, domain);
    await domainManagedSaveRemove(libvirt, domain);
    expect(await domainHasManagedSave(libvirt, domain)).toBe(false);
    await domainUndefine(libvirt, domain, {
      keepTpm: true,
      managedSave: true,
      nvram: "keep",
      snapshotsMetadata: true,
    });
  });
});

describe("a secret", () => {
  test("ephemeral and private: define, set, find, undefine", async () => {
    const secret = await secretDefine(libvirt, SECRET_XML);
    expect(secret).toEqual({ uuid: SECRET_UUID, usageType: "vtpm", usageId: NAME });
    await secretSetValue(libvirt, secret, Buffer.from("a passphrase of the test"));
    expect(await secretLookupByUuid(libvirt, SECRET_UUID)).toEqual(secret);
    expect(await secretLookupByUsage(libvirt, "vtpm", NAME)).toEqual(secret);
    expect(await secretList(libvirt, { ephemeral: true, private: true })).toContainEqual(secret);
    await secretUndefine(libvirt, { uuid: SECRET_UUID });
    expect(isNoSecret(await failure(secretUndefine(libvirt, secret)))).toBe(true);
    expect(isDenied(await failure(secretLookupByUuid(libvirt, SECRET_UUID)))).toBe(false);
  });
});

describe("the connection", () => {
  test("cut off from libvirtd in the middle of a start: comes back, with its events", async () => {
    const folder = await mkdtemp(join(tmpdir(), "libvirt-client-test-"));
    const socketPath = join(folder, "sock");
    const sockets = new Set<Socket>();
    let answersHeld = false;
    const proxy = createServer((near) => {
      const far = createConnection("/run/libvirt/libvirt-sock");
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(from);
        from.on("data", (bytes: Buffer) => {
          if (from === near || !answersHeld) to.write(bytes);
        });
        from.on("end", () => to.end());
        from.on("error", () => to.destroy());
        from.on("close", () => to.destroy());
      }
    });
    proxy.listen(socketPath);
    await once(proxy, "listening");
    const states: string[] = [];
    const cut = await LibvirtConnection.open({
      socketPath,
      onConnectionChange: ({ state }) => states.push(state),
    });
    try {
      const events: string[] = [];
      await domainLifecycleSubscribe(cut, ({ uuid, event }) => {
        if (uuid === UUID) events.push(event);
      });
      const domain = await domainDefine(cut, DOMAIN_XML);
      // No answer comes through any more, so that the start has not ended when the connection does.
      answersHeld = true;
      const starting = failure(domainStart(cut, domain));
      await vi.waitFor(
        async () => expect(await processesWith(/qemu-system/, [UUID])).not.toEqual([]),
        patienceMs,
      );
      answersHeld = false;
      for (const socket of sockets) socket.destroy();
      expect(await starting).toMatchObject({ reason: "lost", mayHaveHappened: true });
      await vi.waitFor(() => expect(states).toEqual(["reconnecting", "connected"]), patienceMs);
      // The start went on without us.
      const state = async (): Promise<string> => (await domainGetState(cut, domain)).state;
      await vi.waitFor(async () => expect(await state()).toBe("running"), patienceMs);
      events.length = 0;
      await domainDestroy(cut, domain);
      await domainUndefine(cut, domain, { keepTpm: true });
      // A domain is seen running before libvirtd tells that it started: that one event may come this late, and only first.
      const later = (): string[] => (events[0] === "started" ? events.slice(1) : events);
      await vi.waitFor(() => expect(later()).toEqual(["shutdown", "stopped", "undefined"]), patienceMs);
    } finally {
      await cut.close();
      proxy.close();
      await rm(folder, { recursive: true });
    }
  });

  test("stays over quiet seconds with keepalive, and refuses calls once closed", async () => {
    const other = await LibvirtConnection.open({ keepaliveSeconds: 0.3, keepaliveCount: 100 });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(other.state).toBe("connected");
    await other.close();
    expect(isConnectionLost(await failure(hostname(other)))).toBe(true);
  });
});
