import { CloudError } from "#base/errors.ts";
import type { ServerTpm } from "../domain/server.ts";
import type { PassphraseUse } from "./passphrase-audit.ts";

/** The key manager's no, in words that say which secret it is, whose, and what would allow the operation. */
export function passphraseDeniedError(
  userId: string,
  { serverId, ownerUserId, ownerProjectId }: PassphraseUse,
  { secretId, secretSecurity }: ServerTpm,
  cause: CloudError,
): CloudError {
  const secret = `secret ${secretId} in the key manager, of user ${ownerUserId ?? "unknown"} in project ${ownerProjectId ?? "unknown"}`;
  if (secretSecurity === "deployment") {
    return new CloudError(
      "conflict",
      `The cloud may not read the TPM passphrase of server ${serverId} (${secret}), which this operation needs: ${cause.message} ` +
        "The secret is the cloud's own; have the operator give its user the role member on its project again, or an entry in the secret's ACL.",
      { cause },
    );
  }
  const allow = `openstack acl user add --user ${userId} --operation-type read SECRET_HREF`;
  const modes =
    secretSecurity === "host"
      ? "Operators whom the policy allows may also do it while the server's host keeps the passphrase; this host does not at present, and does again after a start by the owner."
      : "Operators need no such entry for servers whose flavor says hw:tpm_secret_security=host or deployment.";
  return new CloudError(
    "forbidden",
    `You may not read the TPM passphrase of server ${serverId} (${secret}), which this operation needs. Its owner can allow it: ${allow}. ${modes}`,
    { cause },
  );
}
