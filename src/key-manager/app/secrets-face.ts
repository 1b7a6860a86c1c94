import type { Clock } from "#base/clock.ts";
import { CloudError } from "#base/errors.ts";
import { newRequestId, type SecretId } from "#base/ids.ts";
import type { Secret as Token } from "#base/secret.ts";
import { keyManagerEnvelope, type Caller } from "#http/index.ts";
import type { Policy } from "#policy/index.ts";
import type { KeyManagerCtx, KeyManagerDeps } from "./deps.ts";
import { secretPayloadRead, secretPayloadReadable } from "./secret-payload.ts";
import { secretCreate, secretDelete, type SecretAlso } from "./secret.ts";
import { keyManagerPolicyTarget } from "../policy-rules.ts";
import { contentTypeFind } from "../domain/content-type.ts";
import { payloadCheckSize } from "../domain/payload.ts";
import type { SecretType } from "../domain/secret.ts";
import { secretDelete as secretDeleteRow, secretFind, secretIdsByName } from "../store/secrets.ts";

export interface SecretInput {
  readonly name: string;
  readonly secretType: SecretType;
  /** `application/octet-stream`, `text/plain` or `application/pkcs8`. */
  readonly contentType: string;
  /** At most 20 000 bytes; stays the caller's, who wipes it. */
  readonly payload: Buffer;
}

/**
 * The key manager for the other services, in this process. Whoever the caller is, the rules, words and audit
 * events are those of the HTTP API. `requestId` is the request's whose work this is, for the audit.
 */
export interface Secrets {
  /** Whose credentials `deleteAsService` goes by. */
  readonly deletesAs: "cloud" | "caller";
  /**
   * Throws `forbidden` when the caller's roles do not let it store secrets. `also` is in the same transaction. An external
   * key manager is left when `signal` is aborted, and may have stored it all the same.
   */
  store(
    caller: Caller,
    input: SecretInput,
    requestId?: string,
    also?: SecretAlso,
    signal?: AbortSignal,
  ): Promise<SecretId>;
  /** The payload in a fresh Buffer, which the caller wipes. Throws `forbidden`, or `not-found` when it was deleted or expired. */
  payload(caller: Caller, secretId: SecretId, requestId?: string, signal?: AbortSignal): Promise<Buffer>;
  /** Whether `payload` would be allowed, without reading it; throws `not-found`. */
  mayRead(caller: Caller, secretId: SecretId): Promise<boolean>;
  /** Throws `forbidden` or `not-found`. */
  delete(caller: Caller, secretId: SecretId, requestId?: string): Promise<void>;
  /**
   * For the cloud's own clean-up, whoever asked for it: no rule is checked, and an absent secret is well. `also` is in the same
   * transaction, when there was one to delete. An external key manager goes by `token`, if at all: answers why the secret is still there.
   */
  deleteAsService(
    secretId: SecretId,
    requestId?: string,
    also?: SecretAlso,
    token?: Token<string>,
  ): Promise<CloudError | undefined>;
  exists(secretId: SecretId): Promise<boolean>;
  /** For the cloud's own clean-up: all secrets of that name, whosever; of an external key manager those that `token` sees. Undefined: it needs one. */
  findByName(name: string, token?: Token<string>): Promise<SecretId[] | undefined>;
}

/** What an external key manager does as well. */
export type ServiceSecrets = Pick<
  Secrets,
  "deletesAs" | "store" | "payload" | "deleteAsService" | "findByName"
>;

export function createSecrets(options: {
  readonly deps: KeyManagerDeps;
  readonly clock: Clock;
  readonly policy: Policy;
}): Secrets {
  const { deps, clock } = options;
  const as = (caller: Caller, requestId?: string): KeyManagerCtx => callerContext(options, caller, requestId);
  return {
    deletesAs: "cloud",
    async store(caller, input, requestId, also) {
      payloadCheckSize(input.payload.length);
      const contentType = contentTypeFind(input.contentType);
      if (!contentType)
        throw new CloudError("invalid", `A secret cannot have the content type '${input.contentType}'.`);
      const { name, secretType } = input;
      const facts = {
        name,
        secretType,
        algorithm: undefined,
        bitLength: undefined,
        mode: undefined,
        expiresAt: undefined,
      };
      const payload = { bytes: input.payload, contentType };
      return secretCreate(as(caller, requestId), { facts, payload, also });
    },
    async payload(caller, secretId, requestId) {
      return (await secretPayloadRead(as(caller, requestId), secretId, "*/*")).bytes;
    },
    mayRead: (caller, secretId) => secretPayloadReadable(as(caller), secretId),
    delete: (caller, secretId, requestId) => secretDelete(as(caller, requestId), secretId),
    async deleteAsService(secretId, requestId, also) {
      const deleted = await deps.database.transaction(async (tx) => {
        if (!(await secretDeleteRow(tx, secretId))) return false;
        await also?.(tx, secretId);
        return true;
      });
      if (deleted)
        deps.log.info(
          { event: "secret", action: "deleted", secretId, by: "service", requestId },
          "secret deleted",
        );
      return undefined;
    },
    findByName: (name) => secretIdsByName(deps.database.db, name),
    exists: async (secretId) => (await secretFind(deps.database.db, secretId, clock.now())) !== undefined,
  };
}

function callerContext(
  at: { readonly deps: KeyManagerDeps; readonly clock: Clock; readonly policy: Policy },
  caller: Caller,
  requestId = newRequestId(),
): KeyManagerCtx {
  const own = { project_id: caller.projectId, user_id: caller.userId, domain_id: caller.domainId };
  const allows: KeyManagerCtx["allows"] = (rule, target) =>
    at.policy.allows(rule, caller, { ...keyManagerPolicyTarget, ...(target ?? own) });
  return {
    deps: at.deps,
    requestId,
    caller,
    microversion: { major: 1, minor: 0 },
    allows,
    enforce(rule, target) {
      if (!allows(rule, target)) throw new CloudError("forbidden", keyManagerEnvelope.forbidden(rule));
    },
    log: at.deps.log.child({ requestId }),
    clock: at.clock,
    signal: () => new AbortController().signal,
    peer: () => ({ address: "", rawHeaders: [] }),
    baseUrl: "",
    prefix: "",
  };
}
