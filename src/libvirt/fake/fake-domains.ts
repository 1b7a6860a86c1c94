import {
  JOB_STATS_FLAGS,
  LIST_DOMAINS_FLAGS,
  START_FLAGS,
  UNDEFINE_FLAGS,
} from "../procedures/domain-flags.ts";
import { domainStatusNumbers } from "../procedures/domain-state.ts";
import { domainHandleRead, STRING_MAX, uuidRead, uuidWrite } from "../procedures/structs.ts";
import type { XdrReader } from "../xdr/reader.ts";
import type { XdrWriter } from "../xdr/writer.ts";
import { noDomain, operationInvalid } from "./fake-error.ts";
import type { FakeDomain, FakeHost } from "./fake-host.ts";
import type { FakeProcedures } from "./fake-procedure.ts";

/** The domain procedures, server side. */
export const FAKE_DOMAIN_PROCEDURES: FakeProcedures = {
  domainLookupByUuid: ({ host }, reader) => handle(host.domain(uuidRead(reader))),
  domainLookupByName: ({ host }, reader) => {
    const name = reader.string(STRING_MAX);
    for (const domain of host.domains.values()) if (domain.name === name) return handle(domain);
    throw noDomain(`name '${name}'`);
  },
  connectListAllDomains: ({ host }, reader) => {
    reader.int();
    const flags = reader.unsignedInt();
    const domains = [...host.domains.values()].filter((domain) => isListed(domain, flags));
    return (writer) => {
      writer.array(domains, domainHandleWrite);
      writer.unsignedInt(domains.length);
    };
  },
  domainDefineXmlFlags: ({ host }, reader) => {
    const domain = host.domainDefine(reader.string(STRING_MAX));
    reader.unsignedInt();
    return handle(domain);
  },
  domainUndefineFlags: ({ host }, reader) => {
    const domain = read(host, reader);
    const flags = reader.unsignedInt();
    host.domainUndefine(domain, { managedSave: (flags & UNDEFINE_FLAGS.managedSave) !== 0 });
  },
  domainCreateWithFlags: ({ host }, reader) => {
    const domain = read(host, reader);
    const flags = reader.unsignedInt();
    host.domainStart(domain, {
      paused: (flags & START_FLAGS.paused) !== 0,
      forceBoot: (flags & START_FLAGS.forceBoot) !== 0,
    });
    return handle(domain);
  },
  domainDestroyFlags: ({ host }, reader) => host.domainStop(readFlagged(host, reader), "destroyed"),
  domainShutdownFlags: ({ host }, reader) => host.domainStop(readFlagged(host, reader), "shutdown"),
  domainReboot: ({ host }, reader) => host.domainReboot(readFlagged(host, reader)),
  domainReset: ({ host }, reader) => host.domainReboot(readFlagged(host, reader)),
  domainSuspend: ({ host }, reader) => host.domainSuspend(read(host, reader)),
  domainResume: ({ host }, reader) => host.domainResume(read(host, reader)),
  domainManagedSave: ({ host }, reader) => host.domainStop(readFlagged(host, reader), "saved"),
  domainHasManagedSaveImage: ({ host }, reader) => {
    const { managedSave } = readFlagged(host, reader);
    return (writer) => writer.boolean(managedSave);
  },
  domainManagedSaveRemove: ({ host }, reader) => {
    readFlagged(host, reader).managedSave = false;
  },
  domainBackupBegin: ({ host }, reader) => {
    const domain = read(host, reader);
    reader.string(STRING_MAX);
    reader.optional((checkpoint) => checkpoint.string(STRING_MAX));
    reader.unsignedInt();
    host.running(domain);
    if (domain.job === "running") throw operationInvalid("cannot acquire state change lock");
    domain.job = "running";
  },
  domainAbortJob: ({ host }, reader) => {
    const domain = read(host, reader);
    if (domain.job !== "running") throw operationInvalid("no job is active on the domain");
    domain.job = "cancelled";
  },
  domainGetJobStats: ({ host }, reader) => {
    const { job } = read(host, reader);
    const completed = (reader.unsignedInt() & JOB_STATS_FLAGS.completed) !== 0;
    const type = completed ? (job === "cancelled" ? 5 : 0) : job === "running" ? 2 : 0;
    return (writer) => {
      writer.int(type);
      writer.array(type === 5 ? ["errmsg"] : [], (to, name) => {
        to.string(name);
        to.int(7);
        to.string("cancelled by the test");
      });
    };
  },
  domainGetState: ({ host }, reader) => {
    const { state, reason } = domainStatusNumbers(readFlagged(host, reader).status);
    return (writer) => {
      writer.int(state);
      writer.int(reason);
    };
  },
  domainGetInfo: ({ host }, reader) => {
    const { state } = domainStatusNumbers(read(host, reader).status);
    return (writer) => {
      writer.unsignedInt(state);
      writer.unsignedHyper(65_536n);
      writer.unsignedHyper(65_536n);
      writer.unsignedInt(1);
      writer.unsignedHyper(1_000_000n);
    };
  },
  domainGetVcpus: ({ host }, reader) => {
    runningOf(host, reader, 2);
    return (writer) => {
      writer.array([0], (each, number) => {
        each.unsignedInt(number);
        each.int(1);
        each.unsignedHyper(2_000_000n);
        each.int(0);
      });
      writer.opaque(Buffer.alloc(0));
    };
  },
  domainBlockStats: ({ host }, reader) => {
    runningOf(host, reader);
    const isRoot = reader.string(STRING_MAX) === "vda";
    return (writer) => {
      for (const value of isRoot ? [1n, 512n, 2n, 1_024n, -1n] : [0n, 0n, 0n, 0n, 0n]) writer.hyper(value);
    };
  },
  domainMemoryStats: ({ host }, reader) => {
    runningOf(host, reader, 2);
    return (writer) => {
      // actual, rss, and one that is newer than our table.
      writer.array([6, 7, 99], (each, tag) => {
        each.int(tag);
        each.unsignedHyper(65_536n);
      });
    };
  },
  domainInjectNmi: ({ host }, reader) => {
    runningOf(host, reader, 1);
  },
  domainGetXmlDesc: ({ host }, reader) => xmlOf(readFlagged(host, reader)),
  domainManagedSaveGetXmlDesc: ({ host }, reader) => xmlOf(readFlagged(host, reader)),
};

export function domainHandleWrite(writer: XdrWriter, domain: FakeDomain): void {
  writer.string(domain.name);
  uuidWrite(writer, domain.uuid);
  writer.int(domain.id);
}

function handle(domain: FakeDomain): (writer: XdrWriter) => void {
  return (writer) => domainHandleWrite(writer, domain);
}

function xmlOf(domain: FakeDomain): (writer: XdrWriter) => void {
  return (writer) => writer.string(domain.xml);
}

function read(host: FakeHost, reader: XdrReader): FakeDomain {
  return host.domain(domainHandleRead(reader).uuid);
}

/** A domain followed by flags that make no difference here. */
function readFlagged(host: FakeHost, reader: XdrReader): FakeDomain {
  const domain = read(host, reader);
  reader.unsignedInt();
  return domain;
}

function isListed(domain: FakeDomain, flags: number): boolean {
  const runs = domain.id >= 0;
  const groups: readonly (readonly [number, number])[] = [
    [
      LIST_DOMAINS_FLAGS.active | LIST_DOMAINS_FLAGS.inactive,
      runs ? LIST_DOMAINS_FLAGS.active : LIST_DOMAINS_FLAGS.inactive,
    ],
    [
      LIST_DOMAINS_FLAGS.persistent | LIST_DOMAINS_FLAGS.transient,
      domain.persistent ? LIST_DOMAINS_FLAGS.persistent : LIST_DOMAINS_FLAGS.transient,
    ],
  ];
  return groups.every(([group, own]) => (flags & group) === 0 || (flags & own) !== 0);
}

/** `more`: how many numbers follow the domain. */
function runningOf(host: FakeHost, reader: XdrReader, more = 0): FakeDomain {
  const domain = read(host, reader);
  for (let number = 0; number < more; number += 1) reader.int();
  host.running(domain);
  return domain;
}
