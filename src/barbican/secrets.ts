import type { Clock } from "#base/clock.ts";
import { CloudError, isCloudError } from "#base/errors.ts";
import { isUuid, type SecretId } from "#base/ids.ts";
import type { Logger } from "#base/logger.ts";
import { wipe, type Secret } from "#base/secret.ts";
import type { Database } from "#db/index.ts";
import type { SecretAlso, ServiceSecrets } from "#key-manager/index.ts";
import { createBarbicanClient } from "./client.ts";
import type { BarbicanOptions } from "./options.ts";
import { secretBody } from "./secret-body.ts";

/**
 * The secrets of an external Barbican, each asked for with the caller's own token. What belongs to a change (`also`) has a
 * transaction of its own, right after Barbican answered.
 */
export function createBarbicanSecrets(
  options: BarbicanOptions & {
    readonly database: Database;
    readonly clock: Clock;
    readonly log: Logger;
    /** The key manager's endpoint of the catalogue, where the configuration names none. */
    readonly catalogUrl: () => Promise<string | undefined>;
    /** Of the cloud's own user. */
    readonly serviceToken: () => Promise<Secret<string>>;
  },
): ServiceSecrets {
  const { database, log } = options;
  const client = createBarbicanClient({ ...options, endpointUrl: () => endpointUrl(options) });
  const told = (action: string, secretId: SecretId, requestId: string | undefined, who: object): void =>
    log.info(
      { event: "secret", action, secretId, requestId, backend: "barbican", ...who },
      `secret ${action}`,
    );
  const record = async (also: SecretAlso | undefined, secretId: SecretId): Promise<void> => {
    if (also) await database.transaction((tx) => also(tx, secretId));
  };
  return {
    deletesAs: "caller",
    async store(caller, { name, secretType, contentType, payload }, requestId, also, signal) {
      const facts = { name, secret_type: secretType, payload_content_type: contentType };
      const body = secretBody(facts, payload);
      let answer: Buffer;
      try {
        const request = { method: "POST", path: "/secrets", token: caller.token } as const;
        answer = await client.send({ ...request, body, requestId, signal });
      } finally {
        wipe(body);
      }
      const secretId = secretIdOf((jsonOf(answer) as { readonly secret_ref?: unknown }).secret_ref);
      told("created", secretId, requestId, { userId: caller.userId, projectId: caller.projectId });
      await record(also, secretId);
      return secretId;
    },
    async payload(caller, secretId, requestId, signal) {
      const request = { method: "GET", path: `/secrets/${secretId}/payload`, token: caller.token } as const;
      const payload = await client.send({
        ...request,
        accept: "application/octet-stream",
        requestId,
        signal,
      });
      told("read", secretId, requestId, { userId: caller.userId, projectId: caller.projectId });
      return payload;
    },
    async deleteAsService(secretId, requestId, also, token) {
      if (!token) return new CloudError("unauthenticated", "Nobody's token is there to delete it with.");
      const request = { method: "DELETE", path: `/secrets/${secretId}`, token } as const;
      try {
        await client.send({ ...request, requestId, signal: undefined });
      } catch (error) {
        if (isCloudError(error, "not-found")) return undefined;
        if (isCloudError(error)) return error;
        throw error;
      }
      told("deleted", secretId, requestId, { by: "service" });
      await record(also, secretId);
      return undefined;
    },
    async findByName(name, token) {
      if (!token) return undefined;
      const path = `/secrets?${new URLSearchParams({ name, limit: "100" }).toString()}`;
      const answer = await client.send({
        method: "GET",
        path,
        token,
        requestId: undefined,
        signal: undefined,
      });
      const { secrets = [] } = jsonOf(answer) as { secrets?: readonly Listed[] };
      return secrets.filter((secret) => secret.name === name).map((secret) => secretIdOf(secret.secret_ref));
    },
  };
}

interface Listed {
  readonly name?: unknown;
  readonly secret_ref?: unknown;
}

async function endpointUrl({
  endpoint,
  endpointType,
  regionName,
  catalogUrl,
}: BarbicanOptions & { readonly catalogUrl: () => Promise<string | undefined> }): Promise<string> {
  const url = endpoint ?? (await catalogUrl())?.replace(/\/+(v1\/*)?$/, "");
  if (url !== undefined) return url;
  const where = regionName === undefined ? "" : ` in the region ${regionName}`;
  throw new CloudError(
    "unavailable",
    `There is no key manager: the catalogue has no ${endpointType} endpoint of the type key-manager${where}. The operator names it in [barbican] barbican_endpoint, or in the catalogue.`,
    { data: { nothingDone: true } },
  );
}

function jsonOf(answer: Buffer): unknown {
  try {
    return JSON.parse(answer.toString("utf8"));
  } catch (cause) {
    throw notBarbican(cause);
  }
}

/** Only the id is ours to keep: where the rest points depends on how Barbican was asked. */
function secretIdOf(reference: unknown): SecretId {
  const id = typeof reference === "string" ? (reference.split("/").at(-1) ?? "") : "";
  if (!isUuid(id)) throw notBarbican(undefined);
  return id.toLowerCase() as SecretId;
}

function notBarbican(cause: unknown): CloudError {
  return new CloudError("unavailable", "The key manager does not answer as Barbican does.", { cause });
}
