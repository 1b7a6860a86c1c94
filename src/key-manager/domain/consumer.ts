import { CloudError } from "#base/errors.ts";
import { isUuid4 } from "#base/ids.ts";

/** Who uses a secret or a container, with what it told of itself. */
export type Consumer<OwnerId, Facts> = Facts & {
  readonly id: string;
  /** What is used. */
  readonly ownerId: OwnerId;
  /** Of whom registered it. */
  readonly projectId: string;
  readonly createdAt: number;
  readonly updatedAt: number;
};

/** Whoever registered a consumer may end it, and whoever has the secret. */
export function consumerOwnerRequire(owners: readonly string[], projectId: string): void {
  if (owners.includes(projectId)) return;
  throw new CloudError("forbidden", "Not Allowed. Sorry, only the creator of a consumer can delete it.");
}

export function consumerIdParse(text: string): string {
  if (!isUuid4(text)) throw new CloudError("not-found", "Not Found. Provided consumer id is invalid.");
  return text;
}

export function consumerNotFound(): CloudError {
  return new CloudError("not-found", "Consumer not found.");
}
