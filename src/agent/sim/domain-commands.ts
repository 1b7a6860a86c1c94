import { CloudError, isCloudError } from "#base/errors.ts";
import { consoleTail } from "../console-tail.ts";
import type { SimBooks, SimServer } from "./books.ts";
import type { SimCommands, SimPlace } from "./sim-command.ts";
import { tpmOpen, tpmRestored } from "./tpm-commands.ts";
import { simStateEnd, simStatePut, simStateSettle } from "./vault.ts";

export const simDomainCommands = {
  domainDefine({ books }, { serverId, instanceName: name, tpm, rescue }) {
    const domain = {
      name,
      ...(tpm === undefined ? {} : { tpmVersion: tpm.version }),
      ...(rescue === undefined ? {} : { rescued: true }),
    };
    const server = books.get(serverId);
    books.set(serverId, { ...server, domain, ...(rescue === undefined ? { rescueDisk: false } : {}) });
    return {};
  },
  async domainUndefine({ books, ...place }, { serverId }) {
    const { domain: _gone, ...rest } = books.get(serverId);
    books.set(serverId, { ...rest, power: "shutdown", managedSave: false });
    await tpmEnd(place, serverId, rest);
    return {};
  },
  async domainStart({ books, key, ...place }, { serverId, tpm }) {
    const server = definedFetch(books, serverId);
    if (server.power !== "shutdown") return {};
    if (!server.disks || (server.domain.rescued === true && server.rescueDisk !== true))
      throw new CloudError("bug", `The disk of server ${serverId} is missing.`);
    // A restore goes on where the guest was.
    const boots = server.boots + (server.managedSave ? 0 : 1);
    const running = { ...server, power: "running", managedSave: false, boots } as const;
    if (server.domain.tpmVersion === undefined) {
      books.set(serverId, running);
      return {};
    }
    const opened = await tpmOpen(await tpmRestored(place, server, serverId, tpm, key), key, serverId, tpm);
    const writes = 1 + (await simStateSettle(place, serverId, opened.writes ?? 0));
    const passphraseKept = tpm?.keepPassphrase === true;
    books.set(serverId, { ...running, tpm: { ...opened, passphraseKept, writes } });
    await simStatePut(place, serverId, writes, "changed");
    return {};
  },
  async domainStop({ books, ...place }, { serverId }) {
    const server = definedFetch(books, serverId);
    books.set(serverId, { ...server, power: "shutdown" });
    await tpmEnd(place, serverId, server);
    return {};
  },
  domainReboot({ books }, { serverId, timeoutS }) {
    const server = activeFetch(books, serverId, "reboot");
    if (server.power === "paused") {
      throw new CloudError(
        "timeout",
        `The guest of server ${serverId} did not reboot within ${timeoutS} s of being asked (ACPI). It was left as it is; ` +
          "a hard reboot does not need its help.",
      );
    }
    books.set(serverId, { ...server, boots: server.boots + 1 });
    return {};
  },
  domainPause({ books }, { serverId }) {
    books.set(serverId, { ...activeFetch(books, serverId, "pause"), power: "paused" });
    return {};
  },
  domainUnpause({ books }, { serverId }) {
    books.set(serverId, { ...activeFetch(books, serverId, "unpause"), power: "running" });
    return {};
  },
  async domainSuspend({ books, ...place }, { serverId }) {
    const server = definedFetch(books, serverId);
    if (server.power === "shutdown" && !server.managedSave)
      throw new CloudError("conflict", `Server ${serverId} is off, so there is nothing to suspend.`);
    books.set(serverId, { ...server, power: "shutdown", managedSave: true });
    await tpmEnd(place, serverId, server);
    return {};
  },
  domainNmi({ books }, { serverId }) {
    activeFetch(books, serverId, "interrupt");
    return {};
  },
  // Nothing is measured where nothing runs.
  domainDiagnostics({ books }, { serverId }) {
    const powerState = simPowerState(definedFetch(books, serverId));
    const nothing = { vcpus: 0, maxMemoryKiB: 0, memoryKiB: 0, cpus: [], disks: [], memory: {} };
    return { powerState, hypervisor: "qemu", ...nothing };
  },
  consoleRead({ books }, { serverId, lines }) {
    const { boots, domain } = books.get(serverId);
    const { name = serverId, tpmVersion } = domain ?? {};
    const tpm = tpmVersion === undefined ? "none" : `${tpmVersion}, simulated too`;
    const all = Array.from(
      { length: boots },
      (_, index) =>
        `Boot ${index + 1} of the simulated guest ${name}.\nTPM: ${tpm}.\nNo program runs in it.\n`,
    ).join("");
    return { output: lines === undefined ? all : consoleTail(all, lines) };
  },
} satisfies Partial<SimCommands>;

export function simPowerState({ domain, power, managedSave }: SimServer) {
  if (domain === undefined) return "no-state";
  return power === "shutdown" && managedSave ? "suspended" : power;
}

type DefinedServer = SimServer & { readonly domain: NonNullable<SimServer["domain"]> };

function definedFetch(books: SimBooks, serverId: string): DefinedServer {
  const server = books.get(serverId);
  if (server.domain !== undefined) return { ...server, domain: server.domain };
  throw new CloudError("not-found", `The host has no domain for server ${serverId}.`);
}

function activeFetch(books: SimBooks, serverId: string, what: string): DefinedServer {
  const server = definedFetch(books, serverId);
  if (server.power !== "shutdown") return server;
  throw new CloudError("conflict", `The host refused to ${what} server ${serverId}: it is off.`);
}

/** What the vault does not hear of a server that went off is told by its next start. */
async function tpmEnd(place: SimPlace, serverId: string, { power, tpm }: SimServer): Promise<void> {
  if (tpm === undefined || power === "shutdown") return;
  await simStateEnd(place, serverId, tpm.writes ?? 0).catch((error: unknown) => {
    if (!isCloudError(error)) throw error;
  });
}
