import { operation, Reply } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { containerSecretAdd } from "../../app/container-secret.ts";
import { containerIdParse } from "../../domain/container.ts";
import { containedSecretOf, secretReference } from "../containers/secret-reference.ts";
import { containerRef } from "../containers/view.ts";

export const containerSecretCreateOperation = operation({
  body: secretReference,
  handle: async (ctx: KeyManagerCtx, { params, body }) => {
    const id = containerIdParse(params["container_id"] ?? "");
    await containerSecretAdd(ctx, id, containedSecretOf(body, "Secret provided doesn't exist."));
    const ref = containerRef(ctx.baseUrl, id);
    return new Reply(201, { container_ref: ref }, { Location: ref });
  },
});
