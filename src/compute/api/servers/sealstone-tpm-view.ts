import { auditEventView, type AuditEntry } from "#audit/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import type { Known, TpmReport } from "../../app/tpm-report.ts";
import { hostIdOf } from "./view.ts";

/** Beside each value that may be null, `…_unknown_because` says why it is. Hosts' names are for whom Nova shows them to. */
export function tpmReportView(ctx: ComputeCtx, report: TpmReport): object {
  const { server, tpm, host } = report;
  const namesHosts = ctx.allows("os_compute_api:os-extended-server-attributes");
  const hostName =
    "value" in host && !namesHosts ? { unknownBecause: "hosts' names are the operator's" } : host;
  return {
    server_id: server.id,
    version: tpm.version,
    model: tpm.model,
    secret_security: tpm.secretSecurity,
    secret_id: tpm.secretId,
    waits_because: report.waitsBecause ?? null,
    owner_user_id: report.owner.userId,
    owner_project_id: report.owner.projectId,
    ...field("host", hostName, ({ hostname }) => hostname),
    hostId: "value" in host ? hostIdOf(server, new Map([[host.value.id, host.value]])) : "",
    ...field("state", report.state, (state) => ({
      generation: state.generation,
      sha256: state.sha256,
      size: state.size,
      changed_at: new Date(state.at).toISOString(),
    })),
    ...field("vault", report.vault, (status) => status),
    ...field("endorsement_keys", report.endorsementKeys, (keys) =>
      keys.map(({ algorithm, publicKey, certificate }) => ({
        algorithm,
        public_key: publicKey,
        certificate,
      })),
    ),
    passphrase_uses: report.passphraseUses.map((entry) => useView(entry, namesHosts)),
  };
}

function field<T>(name: string, known: Known<T>, view: (value: T) => unknown): Record<string, unknown> {
  return "value" in known
    ? { [name]: view(known.value), [`${name}_unknown_because`]: null }
    : { [name]: null, [`${name}_unknown_because`]: known.unknownBecause };
}

function useView(entry: AuditEntry, namesHosts: boolean): object {
  const event = auditEventView(entry);
  return namesHosts ? event : { ...event, host: null, host_id: null };
}
