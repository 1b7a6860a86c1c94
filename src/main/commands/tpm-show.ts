import { serverIdOf, type CloudClient } from "../cloud-client.ts";
import { auditTable, type AuditEventJson } from "./passphrase-uses.ts";

/** `sealstone tpm show SERVER`: the text of it. */
export async function tpmShow(client: CloudClient, server: string): Promise<string> {
  const path = `/servers/${await serverIdOf(client, server)}/sealstone:tpm`;
  const answer = (await client.get("compute", path)) as { readonly "sealstone:tpm": TpmJson };
  return tpmText(answer["sealstone:tpm"]);
}

/** What of the API's answer the text is made of. */
interface TpmJson {
  readonly server_id: string;
  readonly version: string;
  readonly model: string;
  readonly secret_security: string;
  readonly secret_id: string;
  readonly owner_user_id: string;
  readonly owner_project_id: string;
  readonly waits_because: string | null;
  readonly host: string | null;
  readonly host_unknown_because: string | null;
  readonly state: {
    readonly generation: number;
    readonly sha256: string;
    readonly size: number;
    readonly changed_at: string;
  } | null;
  readonly state_unknown_because: string | null;
  readonly vault: string | null;
  readonly vault_unknown_because: string | null;
  readonly endorsement_keys:
    | readonly { readonly algorithm: string; readonly public_key: string; readonly certificate: string }[]
    | null;
  readonly endorsement_keys_unknown_because: string | null;
  readonly passphrase_uses: readonly AuditEventJson[];
}

function tpmText(tpm: TpmJson): string {
  const { state, endorsement_keys: keys } = tpm;
  const unknown = (because: string | null): string => `not known: ${because ?? "nobody says why"}`;
  const facts: readonly (readonly [string, string])[] = [
    ["server", tpm.server_id],
    ["TPM", `${tpm.version}, ${tpm.model}`],
    ["passphrase", `secret ${tpm.secret_id}, security ${tpm.secret_security}`],
    ["its owner", `user ${tpm.owner_user_id} of project ${tpm.owner_project_id}`],
    ...(tpm.waits_because === null ? [] : ([["waits", tpm.waits_because]] as const)),
    ["host", tpm.host ?? unknown(tpm.host_unknown_because)],
    [
      "state",
      state
        ? `generation ${state.generation} of ${state.changed_at}, ${state.size} bytes, SHA-256 ${state.sha256}`
        : unknown(tpm.state_unknown_because),
    ],
    ["vault", tpm.vault ?? unknown(tpm.vault_unknown_because)],
    [
      "endorsement keys",
      keys?.map(({ algorithm }) => algorithm.toUpperCase()).join(", ") ??
        unknown(tpm.endorsement_keys_unknown_because),
    ],
  ];
  const pems = (keys ?? []).flatMap(({ algorithm, public_key: key, certificate }) => [
    `\n${algorithm.toUpperCase()} endorsement key:\n${key.trimEnd()}\n`,
    `\nIts certificate:\n${certificate.trimEnd()}\n`,
  ]);
  const uses =
    tpm.passphrase_uses.length === 0
      ? "none is recorded\n"
      : auditTable(tpm.passphrase_uses, ["server_id", "secret_id", "owner_project_id"]);
  return [
    ...facts.map(([name, value]) => `${name.padEnd(18)}${value}\n`),
    ...pems,
    `\nLast uses of the passphrase:\n${uses}`,
  ].join("");
}
