import type { IdentityCtx } from "../../app/context.ts";
import type { Mapping } from "../../domain/mapping.ts";
import { selfLink } from "../links.ts";

export function mappingView(ctx: IdentityCtx, { id, rules, schemaVersion }: Mapping): object {
  return {
    id,
    rules,
    schema_version: schemaVersion,
    links: selfLink(ctx, `OS-FEDERATION/mappings/${id}`),
  };
}
