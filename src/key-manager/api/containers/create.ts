import { Type } from "typebox";
import { CloudError } from "#base/errors.ts";
import { operation, Reply } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { containerCreate } from "../../app/container.ts";
import { containerTypes } from "../../domain/container.ts";
import { containedSecretOf, secretReference } from "./secret-reference.ts";
import { containerRef } from "./view.ts";

/** barbican.common.validators.ContainerValidator: unknown fields are let through. */
export const containerCreateOperation = operation({
  body: Type.Object(
    {
      name: Type.Optional(Type.Union([Type.String({ maxLength: 255 }), Type.Null()])),
      type: Type.Enum([...containerTypes]),
      secret_refs: Type.Optional(Type.Array(secretReference, { maxItems: 1_000 })),
    },
    { title: "Container" },
  ),
  handle: async (ctx: KeyManagerCtx, { body }) => {
    const { name, type, secret_refs: refs = [] } = body;
    // References to other clouds' secrets would look like ours.
    if (!refs.every(({ secret_ref: ref }) => ref.trim().startsWith(`${ctx.baseUrl}/`)))
      throw new CloudError("invalid", "Provided field value is not supported");
    const secrets = refs.map((ref) =>
      containedSecretOf(ref, `Secret provided for '${ref.name ?? ""}' doesn't exist.`),
    );
    const ref = containerRef(ctx.baseUrl, await containerCreate(ctx, { name: name?.trim(), type, secrets }));
    return new Reply(201, { container_ref: ref }, { Location: ref });
  },
});
