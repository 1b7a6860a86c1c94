import { MODEL_CHARS } from "../procedures/host.ts";
import { STRING_MAX } from "../procedures/structs.ts";
import type { XdrReader } from "../xdr/reader.ts";
import type { XdrWriter } from "../xdr/writer.ts";
import { FakeError } from "./fake-error.ts";
import type { FakeProcedures } from "./fake-procedure.ts";

/** Login, host and event registration, server side: a libvirt 9.0.0 with QEMU 7.2.0. */
export const FAKE_CONNECT_PROCEDURES: FakeProcedures = {
  authList: () => (writer) => writer.array([0], (w, type) => w.int(type)),
  connectOpen: (_, reader) => {
    const uri = reader.optional((r) => r.string(STRING_MAX));
    reader.unsignedInt();
    if (uri === "qemu:///system") return;
    throw new FakeError({
      code: "no-connect",
      domain: "none",
      message: `no connection driver available for ${uri}`,
    });
  },
  connectClose: () => undefined,
  connectSupportsFeature: (_, reader) => {
    reader.int();
    return (writer) => writer.int(1);
  },
  connectGetLibVersion: () => (writer) => writer.unsignedHyper(9_000_000n),
  connectGetVersion: () => (writer) => writer.unsignedHyper(7_002_000n),
  connectGetHostname: () => (writer) => writer.string("fake-host"),
  connectGetCapabilities: () => (writer) => writer.string("<capabilities/>"),
  connectGetDomainCapabilities: (_, reader) => {
    for (let index = 0; index < 4; index++) reader.optional((r) => r.string(STRING_MAX));
    reader.unsignedInt();
    return (writer) => writer.string("<domainCapabilities/>");
  },
  nodeGetInfo: () => (writer) => {
    const model = Buffer.from("x86_64");
    for (let index = 0; index < MODEL_CHARS; index++) writer.int(model[index] ?? 0);
    writer.unsignedHyper(8_388_608n);
    for (const value of [4, 2_400, 1, 1, 4, 1]) writer.int(value);
  },
  nodeGetMemoryStats: (_, reader) => nodeStats(reader, 0, { total: 8_388_608n, free: 4_194_304n }),
  nodeGetCpuStats: (_, reader) => nodeStats(reader, 1, { kernel: 1n, user: 2n, idle: 3n, iowait: 4n }),
  connectDomainEventCallbackRegisterAny: ({ callbacks, nextCallbackId }, reader) => {
    const eventId = reader.int();
    reader.boolean();
    const callbackId = nextCallbackId();
    callbacks.set(callbackId, eventId);
    return (writer) => writer.int(callbackId);
  },
  connectDomainEventCallbackDeregisterAny: ({ callbacks }, reader) => {
    callbacks.delete(reader.int());
  },
};

/** As libvirt's Linux driver: count 0 asks for the number of values, any other count must be that number. */
function nodeStats(
  reader: XdrReader,
  countAt: 0 | 1,
  stats: Readonly<Record<string, bigint>>,
): (writer: XdrWriter) => void {
  const count = [reader.int(), reader.int()][countAt];
  reader.unsignedInt();
  const entries = Object.entries(stats);
  if (count !== 0 && count !== entries.length) {
    throw new FakeError({ code: "invalid-arg", message: `nparams must be equal to ${entries.length}` });
  }
  return (writer) => {
    writer.array(count === 0 ? [] : entries, (w, [name, value]) => {
      w.string(name);
      w.unsignedHyper(value);
    });
    writer.int(entries.length);
  };
}
