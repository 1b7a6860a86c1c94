import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeLibvirtd } from "../fake/index.ts";
import * as libvirt from "../index.ts";
import { UNDEFINE_FLAGS } from "./domain-flags.ts";
import { domainStatusNumbers, domainStatusOf } from "./domain-state.ts";
import { flagsOf } from "./structs.ts";

const UUID = "6f1d3c1e-5b0a-4d2e-9a53-0123456789ab";
const XML = `<domain type='qemu'><name>one</name><uuid>${UUID}</uuid></domain>`;

let fake: FakeLibvirtd;
let connection: libvirt.LibvirtConnection;

beforeEach(async () => {
  fake = await FakeLibvirtd.start();
  connection = await libvirt.LibvirtConnection.open({ socketPath: fake.socketPath });
});

afterEach(async () => {
  await connection.close();
  await fake[Symbol.asyncDispose]();
});

async function refusal(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("domains", () => {
  test("define, look up, list, describe", async () => {
    const domain = await libvirt.domainDefine(connection, XML);
    expect(domain).toEqual({ name: "one", uuid: UUID, id: -1 });
    expect(await libvirt.domainLookupByUuid(connection, UUID.toUpperCase())).toEqual(domain);
    expect(await libvirt.domainLookupByName(connection, "one")).toEqual(domain);
    expect(await libvirt.domainList(connection)).toEqual([domain]);
    expect(await libvirt.domainList(connection, { active: true })).toEqual([]);
    expect(await libvirt.domainList(connection, { inactive: true, persistent: true })).toEqual([domain]);
    expect(await libvirt.domainGetXml(connection, domain, { secure: true, inactive: true })).toBe(XML);
    expect(await libvirt.domainGetInfo(connection, domain)).toEqual({
      state: "shutoff",
      maxMemoryKiB: 65_536,
      memoryKiB: 65_536,
      vcpus: 1,
      cpuTimeNs: 1_000_000n,
    });
  });

  test("a backup is begun, looked at and aborted", async () => {
    const domain = await libvirt.domainDefine(connection, XML);
    const xml = "<domainbackup mode='push'/>";
    expect(
      libvirt.isOperationInvalid(await refusal(libvirt.domainBackupBegin(connection, domain, xml))),
    ).toBe(true);
    await libvirt.domainStart(connection, domain);
    expect((await libvirt.domainJobStats(connection, domain)).type).toBe("none");
    await libvirt.domainBackupBegin(connection, domain, xml);
    expect((await libvirt.domainJobStats(connection, domain)).type).toBe("unbounded");
    await libvirt.domainAbortJob(connection, domain);
    expect((await libvirt.domainJobStats(connection, domain)).type).toBe("none");
    expect(await libvirt.domainJobStats(connection, domain, { completed: true })).toMatchObject({
      type: "cancelled",
      error: "cancelled by the test",
    });
    expect(libvirt.isOperationInvalid(await refusal(libvirt.domainAbortJob(connection, domain)))).toBe(true);
  });

  test("what a running one has used, and an interrupt", async () => {
    const domain = await libvirt.domainDefine(connection, XML);
    for (const ask of [libvirt.domainVcpuTimes, libvirt.domainMemoryStats, libvirt.domainInjectNmi])
      expect(libvirt.isOperationInvalid(await refusal(ask(connection, domain)))).toBe(true);
    await libvirt.domainStart(connection, domain);
    expect(await libvirt.domainVcpuTimes(connection, domain)).toEqual([{ number: 0, cpuTimeNs: 2_000_000n }]);
    expect(await libvirt.domainBlockStats(connection, domain, "vda")).toEqual({
      readRequests: 1,
      readBytes: 512,
      writeRequests: 2,
      writeBytes: 1_024,
      errors: -1,
    });
    // What is not in the table is left out.
    expect(await libvirt.domainMemoryStats(connection, domain)).toEqual({ actual: 65_536, rss: 65_536 });
    await libvirt.domainInjectNmi(connection, domain);
  });

  test("through its life", async () => {
    const domain = await libvirt.domainDefine(connection, XML);
    const state = () => libvirt.domainGetState(connection, { uuid: UUID });
    expect((await libvirt.domainStart(connection, domain)).id).toBe(1);
    expect(await state()).toEqual({ state: "running", reason: "booted" });
    await libvirt.domainSuspend(connection, domain);
    expect(await state()).toEqual({ state: "paused", reason: "user" });
    await libvirt.domainResume(connection, domain);
    await libvirt.domainReboot(connection, domain, { acpi: true });
    await libvirt.domainManagedSave(connection, domain);
    expect(await state()).toEqual({ state: "shutoff", reason: "saved" });
    expect(await libvirt.domainHasManagedSave(connection, domain)).toBe(true);
    expect(await libvirt.domainManagedSaveGetXml(connection, domain)).toBe(XML);
    const undefining = libvirt.domainUndefine(connection, domain, { keepTpm: true });
    expect(libvirt.isOperationInvalid(await refusal(undefining))).toBe(true);
    await libvirt.domainStart(connection, domain);
    expect(await state()).toEqual({ state: "running", reason: "restored" });
    await libvirt.domainShutdown(connection, domain);
    expect(await state()).toEqual({ state: "shutoff", reason: "shutdown" });
    await libvirt.domainStart(connection, domain, { paused: true });
    await libvirt.domainDestroy(connection, domain, { graceful: true });
    await libvirt.domainManagedSaveRemove(connection, domain);
    await libvirt.domainUndefine(connection, domain, { keepTpm: true, managedSave: true });
    expect(libvirt.isNoDomain(await refusal(state()))).toBe(true);
  });

  test("refusals are told apart", async () => {
    const domain = await libvirt.domainDefine(connection, XML);
    expect(libvirt.isNoDomain(await refusal(libvirt.domainLookupByName(connection, "two")))).toBe(true);
    expect(libvirt.isOperationInvalid(await refusal(libvirt.domainDestroy(connection, domain)))).toBe(true);
    expect(libvirt.isXmlError(await refusal(libvirt.domainDefine(connection, "<pool/>")))).toBe(true);
    const other = XML.replace(UUID, "00000000-0000-4000-8000-000000000000");
    expect(libvirt.isOperationFailed(await refusal(libvirt.domainDefine(connection, other)))).toBe(true);
  });

  test("states that are newer than the table read as unknown", () => {
    expect(domainStatusOf(99, 3)).toEqual({ state: "nostate", reason: "unknown" });
    expect(domainStatusOf(1, 99)).toEqual({ state: "running", reason: "unknown" });
    expect(domainStatusNumbers({ state: "shutoff", reason: "daemon" })).toEqual({ state: 5, reason: 8 });
  });

  test("flags add up", () => {
    expect(flagsOf(UNDEFINE_FLAGS, { keepTpm: true, managedSave: true, keepNvram: false })).toBe(65);
  });
});

describe("secrets", () => {
  test("define, set, look up, list, undefine", async () => {
    const xml = `<secret ephemeral='yes' private='yes'><uuid>${UUID}</uuid><usage type='vtpm'><name>u</name></usage></secret>`;
    const secret = await libvirt.secretDefine(connection, xml);
    expect(secret).toEqual({ uuid: UUID, usageType: "vtpm", usageId: "u" });
    await libvirt.secretSetValue(connection, { uuid: UUID }, new TextEncoder().encode("five5"));
    expect(fake.host.secret(UUID).value?.toString()).toBe("five5");
    expect(await libvirt.secretLookupByUuid(connection, UUID)).toEqual(secret);
    expect(await libvirt.secretLookupByUsage(connection, "vtpm", "u")).toEqual(secret);
    expect(await libvirt.secretList(connection, { ephemeral: true, private: true })).toEqual([secret]);
    expect(await libvirt.secretList(connection, { noEphemeral: true })).toEqual([]);
    await libvirt.secretUndefine(connection, secret);
    expect(libvirt.isNoSecret(await refusal(libvirt.secretUndefine(connection, secret)))).toBe(true);
    expect(libvirt.isNoSecret(await refusal(libvirt.secretLookupByUsage(connection, "vtpm", "u")))).toBe(
      true,
    );
  });
});

describe("host", () => {
  test("versions, names, capabilities, figures", async () => {
    expect(await libvirt.libvirtVersion(connection)).toBe("9.0.0");
    expect(await libvirt.hypervisorVersion(connection)).toBe("7.2.0");
    expect(await libvirt.capabilities(connection)).toBe("<capabilities/>");
    expect(await libvirt.domainCapabilities(connection, { virtType: "qemu" })).toBe("<domainCapabilities/>");
    expect(await libvirt.nodeInfo(connection)).toMatchObject({
      model: "x86_64",
      memoryKiB: 8_388_608,
      cpus: 4,
      mhz: 2_400,
    });
    expect(await libvirt.nodeMemoryStats(connection)).toMatchObject({
      totalKiB: 8_388_608,
      freeKiB: 4_194_304,
    });
    expect(await libvirt.nodeCpuStats(connection)).toEqual({
      kernelNs: 1n,
      userNs: 2n,
      idleNs: 3n,
      iowaitNs: 4n,
    });
  });
});

describe("events", () => {
  test("tell what happened and how, until closed", async () => {
    const seen: libvirt.LifecycleEvent[] = [];
    const reboots: string[] = [];
    const subscription = await libvirt.domainLifecycleSubscribe(connection, (event) => seen.push(event));
    await libvirt.domainRebootSubscribe(connection, ({ uuid }) => reboots.push(uuid));
    const domain = await libvirt.domainDefine(connection, XML);
    await libvirt.domainStart(connection, domain);
    await libvirt.domainReset(connection, domain);
    await libvirt.domainDestroy(connection, domain);
    expect(seen).toEqual([
      { name: "one", uuid: UUID, id: -1, event: "defined", detail: "added" },
      { name: "one", uuid: UUID, id: 1, event: "started", detail: "booted" },
      { name: "one", uuid: UUID, id: -1, event: "shutdown", detail: "host" },
      { name: "one", uuid: UUID, id: -1, event: "stopped", detail: "destroyed" },
    ]);
    expect(reboots).toEqual([UUID]);
    await subscription.close();
    await subscription.close();
    await libvirt.domainStart(connection, domain);
    expect(seen).toHaveLength(4);
  });

  test("one that overtakes the answer to its registration is delivered", async () => {
    const release = fake.hold("connectDomainEventCallbackRegisterAny");
    const seen: string[] = [];
    const subscribing = libvirt.domainLifecycleSubscribe(connection, (event) => seen.push(event.event));
    await vi.waitFor(() => expect(fake.calls).toContain("connectDomainEventCallbackRegisterAny"));
    await libvirt.domainDefine(connection, XML);
    release();
    await subscribing;
    expect(seen).toEqual(["defined"]);
  });

  test("a listener that throws disturbs neither the others nor the connection", async () => {
    const errors: unknown[] = [];
    await using careful = await libvirt.LibvirtConnection.open({
      socketPath: fake.socketPath,
      onListenerError: (error) => errors.push(error),
    });
    const seen: string[] = [];
    await libvirt.domainLifecycleSubscribe(careful, () => {
      throw new Error("listener");
    });
    await libvirt.domainLifecycleSubscribe(careful, (event) => seen.push(event.event));
    await libvirt.domainDefine(careful, XML);
    expect(errors).toMatchObject([{ message: "listener" }]);
    expect(seen).toEqual(["defined"]);
  });
});
