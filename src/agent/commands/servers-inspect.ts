import { readdir } from "node:fs/promises";
import { isUuid } from "#base/ids.ts";
import type { AgentContext } from "../agent-context.ts";
import { fileSizeFind } from "../files.ts";
import { powerStateLook } from "../own-domain.ts";
import { ownDomainList } from "../own-domain-list.ts";
import { tpmStateExists } from "../tpm/state.ts";
import type { Command, CommandAnswer } from "./command.ts";

type Inspected = CommandAnswer<"serversInspect">["servers"][number];

export const serversInspect: Command<"serversInspect"> = async (context) => {
  const domains = await ownDomainList(context);
  const withFiles = (await readdir(context.paths.servers).catch(() => [])).filter(isUuid);
  const serverIds = new Set([...domains.keys(), ...withFiles]);
  const servers: Inspected[] = [];
  for (const serverId of serverIds) servers.push(await inspect(context, serverId, domains));
  return { servers };
};

async function inspect(
  { libvirt, paths }: AgentContext,
  serverId: string,
  domains: Awaited<ReturnType<typeof ownDomainList>>,
): Promise<Inspected> {
  const domain = domains.get(serverId);
  const server = paths.server(serverId);
  const [disk, tpm, power] = await Promise.all([
    fileSizeFind(server.disk),
    tpmStateExists(server),
    domain && powerStateLook(libvirt, domain.handle),
  ]);
  return {
    serverId,
    powerState: power?.powerState ?? "no-state",
    domain: domain !== undefined,
    disks: disk !== undefined,
    tpm,
    managedSave: power?.managedSave ?? false,
  };
}
