import { readdir } from "node:fs/promises";
import type { AgentContext } from "./agent-context.ts";
import { ownDomainList } from "./own-domain-list.ts";
import { vtpmSecretRemove, vtpmSecretServers } from "./tpm/libvirt-secret.ts";

/** What an earlier process of this agent left behind when it was killed. Runs before any command does. */
export async function leftoversRemove(context: AgentContext): Promise<void> {
  const { libvirt, log, paths } = context;
  const secrets = await vtpmSecretServers(libvirt);
  if (secrets.size === 0) return;
  const [domains, folders] = await Promise.all([ownDomainList(context), readdir(paths.servers)]);
  const ours = new Set([...domains.keys(), ...folders]);
  for (const [serverId, secret] of secrets) {
    if (!ours.has(serverId)) continue;
    await vtpmSecretRemove(libvirt, secret);
    log.warn({ serverId }, "removed a libvirt secret that an earlier process left behind");
  }
}
