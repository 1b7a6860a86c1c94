import type { IdentityCtx } from "../../app/context.ts";
import type { OpenCredential } from "../../app/credential-box.ts";
import { selfLink } from "../links.ts";

export function credentialView(ctx: IdentityCtx, credential: OpenCredential): object {
  const { id, userId, projectId, type, blob } = credential;
  return {
    id,
    user_id: userId,
    project_id: projectId ?? null,
    type,
    // For whom the rule get_credential lets see it.
    blob: blob.expose(),
    links: selfLink(ctx, `credentials/${id}`),
  };
}
