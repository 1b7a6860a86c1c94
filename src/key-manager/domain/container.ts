import { CloudError } from "#base/errors.ts";
import { isUuid4, type Branded, type SecretId } from "#base/ids.ts";
import type { PolicyTarget } from "#policy/index.ts";
import type { Consumer } from "./consumer.ts";
import type { SecretAcl } from "./secret-acl.ts";
import { invalidObject } from "./secret.ts";

export type ContainerId = Branded<"ContainerId">;

/** What clients make. Orders of DSA and EC key pairs make containers of those types besides. */
export const containerTypes = ["generic", "rsa", "certificate"] as const;
export type ContainerType = (typeof containerTypes)[number] | "dsa" | "ec";

export interface ContainedSecret {
  readonly name: string | undefined;
  readonly secretId: SecretId;
}

export interface Container {
  readonly id: ContainerId;
  readonly projectId: string;
  readonly creatorId: string;
  readonly name: string | undefined;
  readonly type: ContainerType;
  readonly secrets: readonly ContainedSecret[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface ContainerConsumerFacts {
  readonly name: string;
  readonly url: string;
}

export type ContainerConsumer = Consumer<ContainerId, ContainerConsumerFacts>;

export function containerIdParse(text: string): ContainerId {
  if (!isUuid4(text)) throw new CloudError("not-found", "Not Found. Provided container id is invalid.");
  return text as ContainerId;
}

/** Which names a container of the type has. */
const names: Readonly<
  Record<string, { readonly required: readonly string[]; readonly optional: readonly string[] }>
> = {
  rsa: { required: ["public_key", "private_key"], optional: ["private_key_passphrase"] },
  certificate: {
    required: ["certificate"],
    optional: ["private_key", "private_key_passphrase", "intermediates"],
  },
};

/** barbican.common.validators.ContainerValidator; an empty container of any type is well. */
export function containedSecretsCheck(type: ContainerType, secrets: readonly ContainedSecret[]): void {
  const refuse = (reason: string): CloudError => invalidObject("Container", reason, "secret_refs");
  if (secrets.length === 0) return;
  const given = new Set(secrets.map(({ name }) => name ?? ""));
  if (given.size < secrets.length) throw refuse("Duplicate reference names are not allowed");
  if (new Set(secrets.map(({ secretId }) => secretId)).size < secrets.length)
    throw refuse("Duplicate secret ids are not allowed");
  const rule = names[type];
  if (!rule) return;
  const allowed = [...rule.required, ...rule.optional];
  if (![...given].every((name) => allowed.includes(name)))
    throw refuse(`only ${quoted(allowed)} reference names are allowed for ${type} type`);
  if (!rule.required.every((name) => given.has(name)))
    throw refuse(`The minimum required reference names are ${quoted(rule.required)} for ${type} type`);
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(", ");
}

/** What policy rules are checked against, as with secrets. */
export function containerPolicyTarget(
  container: Container,
  acl: SecretAcl | undefined,
  userId: string,
): PolicyTarget {
  return {
    "target.container.project_id": container.projectId,
    "target.container.creator_id": container.creatorId,
    "target.container.read_project_access": (acl?.projectAccess ?? true) ? "True" : "False",
    ...(acl?.users.includes(userId) === true ? { "target.container.read": "read" } : {}),
  };
}
