import type { Static } from "typebox";
import { errorText, isCloudError } from "#base/errors.ts";
import type { SagaId } from "#base/ids.ts";
import { commands } from "#bus/index.ts";
import type { Server, ServerTpm } from "../domain/server.ts";
import { passphraseSealAgain } from "../sagas/passphrase-handover.ts";
import { hostFind } from "../store/hosts.ts";
import type { ComputeCtx } from "./deps.ts";
import { useOfRequest } from "./passphrase-audit.ts";

/** Of an operation that starts or restores a domain. */
export interface PassphraseNeed {
  readonly sagaId: SagaId;
  /** As in the server's actions: `start`, `reboot`, `rebuild`. */
  readonly operation: string;
  /** Whether the operation needs the memory image or restores one that is there. Not said: it throws it away. */
  readonly memoryImage?: "required" | "restored";
}

/** The caller waits no longer; the saga asks the same again, as long as it takes. */
const patienceMs = 3_000;

export type TpmStartAnswer = Static<(typeof commands.tpmCheck)["reply"]>;

/**
 * Asks the server's host whether it would start the server with the TPM that it finds. Throws its `conflict`, which names
 * hashes, generations and times and says what an operator may do. Undefined when the host does not answer soon, or is not to be
 * asked: on no host, or while another operation changes what there is.
 */
export async function tpmStartCheck(
  ctx: ComputeCtx,
  server: Server & { readonly tpm: ServerTpm },
  need: PassphraseNeed,
  sealedBox: Uint8Array | undefined,
): Promise<TpmStartAnswer | undefined> {
  const { hostId, taskState } = server;
  if (hostId === undefined || taskState !== undefined) return undefined;
  const answer = await ask(ctx, { ...server, hostId }, need, undefined);
  if (answer?.verdict !== "undecided" || sealedBox === undefined) return answer;
  // Only swtpm can tell, and only with the passphrase.
  const passphrase = await passphraseForCheck(ctx, { ...server, hostId }, need, sealedBox);
  return passphrase === undefined ? answer : await ask(ctx, { ...server, hostId }, need, passphrase);
}

type PlacedServer = Server & { readonly hostId: string; readonly tpm: ServerTpm };

async function ask(
  { deps, log, requestId }: ComputeCtx,
  { id: serverId, hostId, tpm: { version, model, secretId } }: PlacedServer,
  { memoryImage }: PassphraseNeed,
  passphrase: string | undefined,
): Promise<TpmStartAnswer | undefined> {
  const spec = { version, model, secretId };
  const message = { serverId, requestId, spec, memoryImage: memoryImage ?? "dropped" } as const;
  try {
    return await deps.bus.request(
      commands.tpmCheck,
      passphrase === undefined ? message : { ...message, passphrase },
      { hostId, timeoutMs: patienceMs },
    );
  } catch (error) {
    if (isCloudError(error, "conflict")) throw error;
    log.warn(
      { serverId, hostId, error: errorText(error) },
      "the host does not say whether it would start the server; its start decides",
    );
    return undefined;
  }
}

/** The box of the saga, opened in memory and sealed to the host. */
async function passphraseForCheck(
  ctx: ComputeCtx,
  server: PlacedServer,
  { sagaId, operation }: PassphraseNeed,
  sealedBox: Uint8Array,
): Promise<string | undefined> {
  const { id: serverId, hostId } = server;
  const host = await hostFind(ctx.deps.database.db, hostId);
  if (host === undefined) return undefined;
  const to = { serverId, hostKey: host.publicKey };
  const sealed = await passphraseSealAgain({ sagaId, sealedBox, deps: ctx.deps }, to);
  const use = useOfRequest(ctx, server, operation);
  await ctx.deps.audit.write({ ...use, event: "sealed", result: "success", hostId, host: host.hostname });
  return sealed;
}
