import { once, EventEmitter } from "node:events";
import { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeLibvirtd } from "./fake/index.ts";
import type { ConnectionChange, LibvirtOptions } from "./index.ts";
import * as libvirt from "./index.ts";

let fake: FakeLibvirtd;
let open: libvirt.LibvirtConnection[];
let changes: ConnectionChange[];
let bell: EventEmitter;

async function connect(options: LibvirtOptions = {}): Promise<libvirt.LibvirtConnection> {
  const connection = await libvirt.LibvirtConnection.open({
    socketPath: fake.socketPath,
    reconnectDelayMs: { first: 5, most: 20 },
    onConnectionChange: (change) => {
      changes.push(change);
      bell.emit(change.state);
    },
    ...options,
  });
  open.push(connection);
  return connection;
}

const lost = (mayHaveHappened: boolean): object => ({
  name: "LibvirtConnectionError",
  reason: "lost",
  mayHaveHappened,
});

const domainXml = (name: string): string => `<domain type='qemu'><name>${name}</name></domain>`;

beforeEach(async () => {
  fake = await FakeLibvirtd.start();
  open = [];
  changes = [];
  bell = new EventEmitter();
});

afterEach(async () => {
  for (const connection of open) await connection.close();
  await fake[Symbol.asyncDispose]();
});

describe("open", () => {
  test("logs in, opens the driver, asks for keepalive", async () => {
    const connection = await connect();
    expect(connection.state).toBe("connected");
    expect(fake.calls).toEqual(["authList", "connectOpen", "connectSupportsFeature"]);
  });

  test("says where nobody answers", async () => {
    const opening = libvirt.LibvirtConnection.open({ socketPath: "/nonexistent/sock" });
    await expect(opening).rejects.toMatchObject({
      reason: "unreachable",
      message: expect.stringContaining("/nonexistent/sock") as string,
    });
  });

  test("passes on libvirtd's refusal and leaves no connection behind", async () => {
    await expect(connect({ uri: "xen:///system" })).rejects.toMatchObject({ code: "no-connect" });
    await vi.waitFor(() => expect(fake.connectionCount).toBe(0));
  });

  test("gives up on a libvirtd that says nothing", async () => {
    fake.silent = true;
    await expect(connect({ loginTimeoutMs: 30 })).rejects.toMatchObject(lost(true));
  });
});

describe("calls", () => {
  test("run concurrently and find their answers out of order", async () => {
    const connection = await connect();
    const release = fake.hold("connectGetHostname");
    const order: string[] = [];
    const first = libvirt.hostname(connection).then((name) => order.push(name));
    await libvirt.libvirtVersion(connection).then((version) => order.push(version));
    release();
    await first;
    expect(order).toEqual(["9.0.0", "fake-host"]);
  });

  test("hundreds at once, never more than maxInFlight at libvirtd", async () => {
    const connection = await connect({ maxInFlight: 3 });
    const releases = [1, 2, 3].map(() => fake.hold("connectGetHostname"));
    const before = fake.calls.length;
    const answers = Promise.all(Array.from({ length: 300 }, () => libvirt.hostname(connection)));
    await vi.waitFor(() => expect(fake.calls.length).toBe(before + 3));
    await sleep(20);
    expect(fake.calls.length).toBe(before + 3);
    for (const release of releases) release();
    expect(new Set(await answers)).toEqual(new Set(["fake-host"]));
    expect(fake.calls.length).toBe(before + 300);
  });

  test("an error rejects its own call only", async () => {
    const connection = await connect();
    fake.next("connectGetHostname", {
      kind: "error",
      error: { code: "operation-timeout", message: "too slow" },
    });
    const answers = await Promise.allSettled([libvirt.hostname(connection), libvirt.hostname(connection)]);
    expect(answers[0]).toMatchObject({
      status: "rejected",
      reason: { code: "operation-timeout", message: "too slow" },
    });
    expect(answers[1]).toEqual({ status: "fulfilled", value: "fake-host" });
  });

  test("an argument that cannot be encoded rejects and harms nothing", async () => {
    const connection = await connect();
    await expect(libvirt.domainLookupByUuid(connection, "no-uuid")).rejects.toThrow('"no-uuid" is no UUID');
    await expect(libvirt.hostname(connection)).resolves.toBe("fake-host");
  });

  test("a message of several megabytes arrives whole", async () => {
    const connection = await connect();
    const xml = `${domainXml("large")}<!--${"x".repeat(3_000_000)}-->`;
    const domain = await libvirt.domainDefine(connection, xml);
    expect(await libvirt.domainGetXml(connection, domain)).toBe(xml);
  });
});

describe("a lost connection", () => {
  test.each([true, false])(
    "rejects the call in flight (carried out: %s), then comes back",
    async (carryOut) => {
      const connection = await connect();
      fake.next("domainDefineXmlFlags", { kind: "drop", carryOut });
      const again = once(bell, "connected");
      await expect(libvirt.domainDefine(connection, domainXml("a"))).rejects.toMatchObject(lost(true));
      expect(connection.state).toBe("reconnecting");
      await expect(libvirt.hostname(connection)).rejects.toMatchObject(lost(false));
      await again;
      expect(changes.map((change) => change.state)).toEqual(["reconnecting", "connected"]);
      expect(await libvirt.domainList(connection)).toHaveLength(carryOut ? 1 : 0);
    },
  );

  test("calls that had not gone out say so", async () => {
    const connection = await connect({ maxInFlight: 1 });
    fake.hold("connectGetHostname");
    const calls = [libvirt.hostname(connection), libvirt.hostname(connection)];
    await vi.waitFor(() => expect(fake.calls).toContain("connectGetHostname"));
    fake.dropConnections();
    const results = await Promise.allSettled(calls);
    expect(results).toMatchObject([{ reason: lost(true) }, { reason: lost(false) }]);
  });

  test("keeps trying while libvirtd is away and registers events anew", async () => {
    const connection = await connect();
    const seen: string[] = [];
    await libvirt.domainLifecycleSubscribe(connection, (event) => seen.push(`${event.name} ${event.event}`));
    await fake.stop();
    await vi.waitFor(() => expect(changes.length).toBeGreaterThan(3));
    expect(changes.at(-1)).toMatchObject({ state: "reconnecting", cause: { reason: "unreachable" } });
    const late: string[] = [];
    await libvirt.domainRebootSubscribe(connection, (event) => late.push(event.name));
    const again = once(bell, "connected");
    await fake.restart();
    await again;
    const domain = await libvirt.domainDefine(connection, domainXml("b"));
    await libvirt.domainStart(connection, domain);
    await libvirt.domainReset(connection, domain);
    expect(seen).toEqual(["b defined", "b started"]);
    expect(late).toEqual(["b"]);
  });

  test("bytes that are no libvirt message end it", async () => {
    const connection = await connect();
    fake.hold("connectGetHostname");
    const call = libvirt.hostname(connection);
    await vi.waitFor(() => expect(fake.calls).toContain("connectGetHostname"));
    fake.sendRaw(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n     "));
    await expect(call).rejects.toMatchObject(lost(true));
  });
});

describe("keepalive", () => {
  test("pings are answered, also when none are sent", async () => {
    await connect({ keepaliveSeconds: 0 });
    fake.ping();
    await vi.waitFor(() => expect(fake.keepalive.pongs).toBe(1));
    expect(fake.keepalive.pings).toBe(0);
  });

  test("a quiet but living libvirtd is pinged and kept", async () => {
    const connection = await connect({ keepaliveSeconds: 0.01, keepaliveCount: 2 });
    await vi.waitFor(() => expect(fake.keepalive.pings).toBeGreaterThan(5));
    expect(connection.state).toBe("connected");
    expect(changes).toEqual([]);
  });

  test("silence ends the connection and the calls in flight", async () => {
    const connection = await connect({ keepaliveSeconds: 0.02, keepaliveCount: 2, loginTimeoutMs: 50 });
    fake.silent = true;
    await expect(libvirt.hostname(connection)).rejects.toMatchObject({
      ...lost(true),
      message: expect.stringContaining("2 pings") as string,
    });
    const again = once(bell, "connected");
    fake.silent = false;
    await again;
    await expect(libvirt.hostname(connection)).resolves.toBe("fake-host");
  });
});

describe("close", () => {
  test("says goodbye, ends the socket, refuses further calls, may be repeated", async () => {
    const connection = await connect();
    await connection.close();
    await connection.close();
    expect(fake.calls.at(-1)).toBe("connectClose");
    await expect(libvirt.hostname(connection)).rejects.toMatchObject({
      reason: "closed",
      mayHaveHappened: false,
    });
    await expect(libvirt.domainRebootSubscribe(connection, () => undefined)).rejects.toMatchObject({
      reason: "closed",
    });
    await vi.waitFor(() => expect(fake.connectionCount).toBe(0));
    expect(changes).toEqual([{ state: "closed" }]);
  });

  test("stops reconnecting", async () => {
    const connection = await connect();
    await fake.stop();
    await once(bell, "reconnecting");
    await connection.close();
    await fake.restart();
    await sleep(60);
    expect(fake.connectionCount).toBe(0);
    expect(connection.state).toBe("closed");
  });
});

describe("secret values", () => {
  const xml = "<secret ephemeral='yes' private='yes'><usage type='vtpm'><name>n</name></usage></secret>";

  test("arrive, and the outgoing bytes are wiped afterwards", async () => {
    const connection = await connect();
    const secret = await libvirt.secretDefine(connection, xml);
    const write = vi.spyOn(Socket.prototype, "write");
    const passphrase = Buffer.from("correct horse battery staple");
    await libvirt.secretSetValue(connection, secret, passphrase);
    const frames = write.mock.calls.map(([bytes]) => bytes as unknown as Buffer);
    write.mockRestore();
    expect(fake.host.secret(secret.uuid).value).toEqual(passphrase);
    const sent = frames.find(
      (frame) => frame.length > 28 + passphrase.length && frame.every((byte) => byte === 0),
    );
    expect(sent).toBeDefined();
    expect(passphrase.toString()).toBe("correct horse battery staple");
  });

  test("that were still waiting when the connection went are wiped too", async () => {
    const connection = await connect({ maxInFlight: 1 });
    const secret = await libvirt.secretDefine(connection, xml);
    fake.hold("connectGetHostname");
    const blocked = libvirt.hostname(connection);
    const setting = libvirt.secretSetValue(connection, secret, Buffer.from("never sent"));
    await vi.waitFor(() => expect(fake.calls).toContain("connectGetHostname"));
    const fill = vi.spyOn(Buffer.prototype, "fill");
    fake.dropConnections();
    await expect(setting).rejects.toMatchObject(lost(false));
    await expect(blocked).rejects.toMatchObject(lost(true));
    const wiped = (fill.mock.contexts as Buffer[]).filter((bytes) => bytes.length > 28 + "never sent".length);
    fill.mockRestore();
    expect(wiped).toHaveLength(1);
    expect(wiped[0]?.every((byte) => byte === 0)).toBe(true);
    expect(fake.calls).not.toContain("secretSetValue");
  });

  test.each([0, 65_537])("of %i bytes are refused here", async (length) => {
    const connection = await connect();
    const secret = await libvirt.secretDefine(connection, xml);
    await expect(libvirt.secretSetValue(connection, secret, Buffer.alloc(length))).rejects.toThrow(
      "1 to 65536",
    );
  });
});
