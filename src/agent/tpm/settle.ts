/**
 * Before a start: the host's TPM state is compared with the vault's, and what stands afterwards is the newest one of the
 * vault. A state is never made here, and an unknown one is believed only when this host may have it: it holds the open
 * running interval, and swtpm opens it with the server's passphrase.
 */
import { CloudError } from "#base/errors.ts";
import type { TpmComparison } from "#bus/index.ts";
import type { TpmVersion } from "#vtpm/index.ts";
import type { AgentContext } from "../agent-context.ts";
import { tpmStateAuthenticate } from "./authenticate.ts";
import {
  saveUnknownError,
  tpmStateGoneError,
  tpmStateUnknownError,
  tpmStateUnopenedError,
} from "./refusals.ts";
import { sha256Of, tpmStateOwn, tpmStateRead, tpmStateWrite, type TpmStateBytes } from "./state-bytes.ts";
import { swtpmUserRequire } from "./swtpm-user.ts";
import { tpmOrderNext, vaultCompare, vaultPut, vaultRead } from "./vault.ts";

export interface TpmToJudge {
  readonly serverId: string;
  readonly version: TpmVersion;
  /** Of the managed save that the start would restore; undefined when there is none. */
  readonly saveSha256: string | undefined;
}

export interface TpmToSettle extends TpmToJudge {
  /** Not wiped here. */
  readonly passphrase: Uint8Array;
}

/** What a start does with the state that it finds. */
export type TpmJudgement =
  | { readonly kind: "stands"; readonly sha256: string }
  /** The vault's newest takes its place. */
  | { readonly kind: "replaced"; readonly compared: TpmComparison }
  /** The vault does not know it, and this host may have it: swtpm decides. */
  | {
      readonly kind: "unknown";
      readonly found: TpmStateBytes;
      readonly compared: TpmComparison;
      readonly order: ReturnType<typeof tpmOrderNext>;
    };

/** Looks and compares, and changes nothing. Throws `conflict` when the server must not start. */
export async function tpmStateJudge(context: AgentContext, server: TpmToJudge): Promise<TpmJudgement> {
  const { serverId, version, saveSha256 } = server;
  const order = tpmOrderNext();
  const found = await tpmStateRead(context.paths.server(serverId), version);
  const compared = await vaultCompare(context, serverId, { sha256: found?.sha256, saveSha256 });
  if (saveSha256 !== undefined) saveRequire(context, serverId, saveSha256, compared);
  const { standing, held, newest } = compared;
  if (standing === "newest" && found) return { kind: "stands", sha256: found.sha256 };
  if (standing === "missing" || standing === "older" || standing === "superseded")
    return { kind: "replaced", compared };
  if (found === undefined) throw tpmStateGoneError(serverId);
  if (standing === "unknown" && !held) {
    const why = "no server ran here since the vault's newest was recorded, so it was damaged or exchanged";
    throw tpmStateUnknownError(serverId, shortOf(found), newest, { why });
  }
  return { kind: "unknown", found, compared, order };
}

/** The hash of the state that stands. Throws `conflict`, with nothing changed, when the server must not start. */
export async function tpmStateSettle(context: AgentContext, server: TpmToSettle): Promise<string> {
  const { serverId, version } = server;
  const judgement = await tpmStateJudge(context, server);
  if (judgement.kind === "replaced") return await replace(context, server, judgement.compared);
  if (judgement.kind === "unknown") await accept(context, server, judgement);
  await tpmStateOwn(context.paths.server(serverId), version, swtpmUserRequire(context));
  return judgement.kind === "unknown" ? judgement.found.sha256 : judgement.sha256;
}

async function accept(
  context: AgentContext,
  server: TpmToSettle,
  judgement: Extract<TpmJudgement, { kind: "unknown" }>,
): Promise<void> {
  const { found, compared, order } = judgement;
  await tpmAuthenticityRequire(context, server, judgement);
  const cause = compared.standing === "first" ? "first seen" : "changed while the agent was away";
  const { bytes, sha256 } = found;
  await vaultPut(context, server.serverId, { bytes, cause, order });
  context.log.warn({ sha256, cause }, "a TPM state that the vault did not know was accepted");
}

/**
 * Throws unless the image is the one that the suspend recorded, or one that was made while nobody could record it. One of which the
 * vault has heard before is of then: when the TPM has gone on since, it would be rolled back.
 */
function saveRequire(
  { log }: AgentContext,
  serverId: string,
  saveSha256: string,
  compared: TpmComparison,
): void {
  if (compared.save?.sha256 === saveSha256) return;
  const unrecorded = compared.save === undefined && (compared.held || compared.standing === "first");
  const { knownSave = Infinity, newest } = compared;
  if (!unrecorded || knownSave < (newest?.generation ?? 0))
    throw saveUnknownError(serverId, saveSha256, compared);
  log.warn({ saveSha256 }, "the memory image was made while the agent was away; it is restored");
}

async function replace(
  context: AgentContext,
  { serverId, version }: TpmToSettle,
  { standing, found, newest }: TpmComparison,
): Promise<string> {
  if (newest === undefined)
    throw new CloudError("bug", "The vault gave a TPM state a standing without having one.");
  const bytes = await vaultRead(context, serverId, newest.generation);
  if (sha256Of(bytes) !== newest.sha256)
    throw new CloudError(
      "bug",
      `The vault's generation ${newest.generation} of the TPM of server ${serverId} is damaged.`,
    );
  await tpmStateWrite(context.paths.server(serverId), version, bytes, swtpmUserRequire(context));
  const [generation, sha256] = [newest.generation, newest.sha256];
  const said = {
    missing: "the TPM state was missing from the host and is restored from the vault",
    older: "the TPM state on the host was an older one (rollback) and is replaced by the vault's newest",
    superseded: "the TPM state on the host gives way to the one that an operator chose",
  };
  if (standing === "missing" || standing === "older" || standing === "superseded")
    context.log.warn({ generation, sha256, found }, said[standing]);
  return newest.sha256;
}

/** Throws `conflict` unless swtpm opens the state with the passphrase. */
export async function tpmAuthenticityRequire(
  context: AgentContext,
  { serverId, version, passphrase }: Omit<TpmToSettle, "saveSha256">,
  { found, compared: { newest } }: Extract<TpmJudgement, { kind: "unknown" }>,
): Promise<void> {
  if (await opens(context, { serverId, version, passphrase }, found)) return;
  const why = "swtpm does not open it with the server's passphrase, so it is damaged or another server's";
  throw tpmStateUnknownError(serverId, shortOf(found), newest, { why });
}

/**
 * Of a start that failed with `cause`: throws `conflict` when swtpm does not open the state that stood. An ordinary start
 * does not pay for that question.
 */
export async function tpmOpensRequire(
  context: AgentContext,
  server: Omit<TpmToSettle, "saveSha256">,
  cause: unknown,
): Promise<void> {
  const { serverId, version } = server;
  const found = await tpmStateRead(context.paths.server(serverId), version);
  if (found === undefined || (await opens(context, server, found))) return;
  const { standing, newest } = await vaultCompare(context, serverId, found);
  if (standing === "newest" && newest) throw tpmStateUnopenedError(serverId, shortOf(found), newest, cause);
}

async function opens(
  context: AgentContext,
  { serverId, version, passphrase }: Omit<TpmToSettle, "saveSha256">,
  { bytes }: TpmStateBytes,
): Promise<boolean> {
  const [owner, paths] = [swtpmUserRequire(context), context.paths.server(serverId)];
  return tpmStateAuthenticate({ version, bytes, passphrase, paths, owner });
}

function shortOf({ sha256, bytes }: TpmStateBytes): { readonly sha256: string; readonly size: number } {
  return { sha256, size: bytes.length };
}
