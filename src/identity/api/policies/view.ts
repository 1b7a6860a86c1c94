import type { IdentityCtx } from "../../app/context.ts";
import type { PolicyDocument } from "../../domain/policy-document.ts";
import { selfLink } from "../links.ts";

export function policyView(ctx: IdentityCtx, { id, type, blob, extra }: PolicyDocument): object {
  return { ...extra, id, type, blob, links: selfLink(ctx, `policies/${id}`) };
}
