import { wipe } from "#base/secret.ts";
import { boxOpen } from "#seal/index.ts";
import { vtpmAssociatedData } from "#vtpm/index.ts";
import type { AgentContext } from "../agent-context.ts";
import { isActive, ownDomainFind, type OwnDomain } from "../own-domain.ts";
import { managedSaveHash } from "../tpm/managed-save-hash.ts";
import { keptPassphraseExists, keptPassphraseOpen } from "../tpm/kept-passphrase.ts";
import { saveGoneError, tpmStateUnknownError } from "../tpm/refusals.ts";
import { tpmAuthenticityRequire, tpmStateJudge } from "../tpm/settle.ts";
import { tpmStateIsWhole, tpmStateRead } from "../tpm/state-bytes.ts";
import { vaultCompare } from "../tpm/vault.ts";
import type { Command, CommandAnswer, CommandMessage } from "./command.ts";

/**
 * Of a server that runs, swtpm has the state in memory, and its file is to be taken as it is, when it is one at all: what is no file of
 * swtpm's, or not whole, would be refused once the guest is off.
 */
export const tpmCheck: Command<"tpmCheck"> = async (context, message) => {
  const { serverId, spec } = message;
  const kept = { serverId, secretId: spec.secretId };
  const [domain, keepsPassphrase] = await Promise.all([
    ownDomainFind(context, serverId),
    keptPassphraseExists(context, kept),
  ]);
  if (domain && (await isActive(context.libvirt, domain.handle))) {
    await wholeRequire(context, message);
    return { verdict: "starts", keepsPassphrase };
  }
  return { verdict: await judge(context, { ...message, domain, keepsPassphrase }), keepsPassphrase };
};

async function wholeRequire(
  context: AgentContext,
  { serverId, spec: { version } }: CommandMessage<"tpmCheck">,
): Promise<void> {
  const found = await tpmStateRead(context.paths.server(serverId), version);
  if (found === undefined || tpmStateIsWhole(found.bytes)) return;
  const { sha256, bytes } = found;
  const { newest } = await vaultCompare(context, serverId, { sha256 });
  const why = "it is not whole, so it was damaged while the server ran";
  const refused = "started anew";
  throw tpmStateUnknownError(serverId, { sha256, size: bytes.length }, newest, { why, refused });
}

async function judge(
  context: AgentContext,
  server: CommandMessage<"tpmCheck"> & {
    readonly domain: OwnDomain | undefined;
    readonly keepsPassphrase: boolean;
  },
): Promise<CommandAnswer<"tpmCheck">["verdict"]> {
  const { serverId, spec, memoryImage, domain, passphrase: box, keepsPassphrase } = server;
  const saveSha256 = memoryImage !== "dropped" && domain ? await managedSaveHash(context, domain) : undefined;
  if (memoryImage === "required" && saveSha256 === undefined) throw saveGoneError(serverId);
  const state = { serverId, version: spec.version, saveSha256 };
  const judgement = await tpmStateJudge(context, state);
  if (judgement.kind !== "unknown") return "starts";
  if (box === undefined && !keepsPassphrase) return "undecided";
  const passphrase =
    box === undefined
      ? await keptPassphraseOpen(context, { serverId, secretId: spec.secretId })
      : await boxOpen(context.key, box, vtpmAssociatedData(serverId));
  try {
    await tpmAuthenticityRequire(context, { ...state, passphrase }, judgement);
  } finally {
    wipe(passphrase);
  }
  return "starts";
}
