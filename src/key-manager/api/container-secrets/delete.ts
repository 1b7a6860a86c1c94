import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { containerSecretRemove } from "../../app/container-secret.ts";
import { containerIdParse } from "../../domain/container.ts";
import { containedSecretOf, secretReference } from "../containers/secret-reference.ts";

/** Which one is said in the body, as when it was added. */
export const containerSecretDeleteOperation = operation({
  body: secretReference,
  status: 204,
  handle: async (ctx: KeyManagerCtx, { params, body }) => {
    const absent = `Secret '${body.name ?? ""}' with reference '${body.secret_ref}' doesn't exist.`;
    const id = containerIdParse(params["container_id"] ?? "");
    await containerSecretRemove(ctx, id, containedSecretOf(body, absent));
  },
});
