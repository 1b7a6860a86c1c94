/**
 * Domains: what changes their state. `isOperationInvalid` tells that the domain is not in a state for it.
 */
import type { LibvirtConnection } from "../connection.ts";
import { DESTROY_FLAGS, SAVE_FLAGS, SHUTDOWN_FLAGS, START_FLAGS, XML_FLAGS } from "./domain-flags.ts";
import type { ProcedureName } from "./numbers.ts";
import { domainHandleRead, domainWrite, flagsOf, nothingRead, stringRead } from "./structs.ts";
import type { DomainHandle, DomainReference, Flags } from "./structs.ts";

/**
 * `REMOTE_PROC_DOMAIN_CREATE_WITH_FLAGS` (196): boots the domain, or restores its managed save image if there is one
 * (not with `forceBoot`, which discards it). Answers when QEMU runs.
 */
export function domainStart(
  connection: LibvirtConnection,
  domain: DomainReference,
  flags: Flags<typeof START_FLAGS> = {},
): Promise<DomainHandle> {
  return connection.call({
    procedure: "domainCreateWithFlags",
    write: (writer) => {
      domainWrite(writer, domain);
      writer.unsignedInt(flagsOf(START_FLAGS, flags));
    },
    read: domainHandleRead,
  });
}

/** `REMOTE_PROC_DOMAIN_DESTROY_FLAGS` (234): power off. `graceful` never goes further than SIGTERM to QEMU. */
export function domainDestroy(
  connection: LibvirtConnection,
  domain: DomainReference,
  flags: Flags<typeof DESTROY_FLAGS> = {},
): Promise<void> {
  return act(connection, "domainDestroyFlags", domain, flagsOf(DESTROY_FLAGS, flags));
}

/** `REMOTE_PROC_DOMAIN_SHUTDOWN_FLAGS` (258): asks the guest; answers before the guest has done anything. */
export function domainShutdown(
  connection: LibvirtConnection,
  domain: DomainReference,
  ways: Flags<typeof SHUTDOWN_FLAGS> = {},
): Promise<void> {
  return act(connection, "domainShutdownFlags", domain, flagsOf(SHUTDOWN_FLAGS, ways));
}

/** `REMOTE_PROC_DOMAIN_REBOOT` (27): asks the guest; answers before the guest has done anything. */
export function domainReboot(
  connection: LibvirtConnection,
  domain: DomainReference,
  ways: Flags<typeof SHUTDOWN_FLAGS> = {},
): Promise<void> {
  return act(connection, "domainReboot", domain, flagsOf(SHUTDOWN_FLAGS, ways));
}

/** `REMOTE_PROC_DOMAIN_RESET` (245): the reset button; the same QEMU process goes on. */
export function domainReset(connection: LibvirtConnection, domain: DomainReference): Promise<void> {
  return act(connection, "domainReset", domain, 0);
}

/** `REMOTE_PROC_DOMAIN_INJECT_NMI` (210): a non-maskable interrupt; what the guest makes of it is its own. */
export function domainInjectNmi(connection: LibvirtConnection, domain: DomainReference): Promise<void> {
  return act(connection, "domainInjectNmi", domain, 0);
}

/** `REMOTE_PROC_DOMAIN_SUSPEND` (34): stops the virtual CPUs; OpenStack calls it pause. */
export function domainSuspend(connection: LibvirtConnection, domain: DomainReference): Promise<void> {
  return act(connection, "domainSuspend", domain);
}

/** `REMOTE_PROC_DOMAIN_RESUME` (28). */
export function domainResume(connection: LibvirtConnection, domain: DomainReference): Promise<void> {
  return act(connection, "domainResume", domain);
}

/** `REMOTE_PROC_DOMAIN_MANAGED_SAVE` (182): memory to disk, QEMU ends; OpenStack calls it suspend. */
export function domainManagedSave(
  connection: LibvirtConnection,
  domain: DomainReference,
  flags: Flags<typeof SAVE_FLAGS> = {},
): Promise<void> {
  return act(connection, "domainManagedSave", domain, flagsOf(SAVE_FLAGS, flags));
}

/** `REMOTE_PROC_DOMAIN_HAS_MANAGED_SAVE_IMAGE` (183). */
export function domainHasManagedSave(
  connection: LibvirtConnection,
  domain: DomainReference,
): Promise<boolean> {
  return connection.call({
    procedure: "domainHasManagedSaveImage",
    write: (writer) => {
      domainWrite(writer, domain);
      writer.unsignedInt(0);
    },
    read: (reader) => reader.int() === 1,
  });
}

/** `REMOTE_PROC_DOMAIN_MANAGED_SAVE_REMOVE` (184): the next start boots. Nothing to remove is no error. */
export function domainManagedSaveRemove(
  connection: LibvirtConnection,
  domain: DomainReference,
): Promise<void> {
  return act(connection, "domainManagedSaveRemove", domain, 0);
}

/** `REMOTE_PROC_DOMAIN_MANAGED_SAVE_GET_XML_DESC` (388): the definition that a restore will use. */
export function domainManagedSaveGetXml(
  connection: LibvirtConnection,
  domain: DomainReference,
  flags: Pick<Flags<typeof XML_FLAGS>, "secure"> = {},
): Promise<string> {
  return connection.call({
    procedure: "domainManagedSaveGetXmlDesc",
    write: (writer) => {
      domainWrite(writer, domain);
      writer.unsignedInt(flagsOf(XML_FLAGS, flags));
    },
    read: stringRead,
  });
}

/** A call whose arguments are the domain and, for most, flags. */
function act(
  connection: LibvirtConnection,
  procedure: ProcedureName,
  domain: DomainReference,
  flags?: number,
): Promise<void> {
  return connection.call({
    procedure,
    write: (writer) => {
      domainWrite(writer, domain);
      if (flags !== undefined) writer.unsignedInt(flags);
    },
    read: nothingRead,
  });
}
