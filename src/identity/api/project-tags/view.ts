import type { IdentityCtx } from "../../app/context.ts";
import { selfLink } from "../links.ts";

export function tagsView(ctx: IdentityCtx, projectId: string, tags: readonly string[]): object {
  return { tags, links: selfLink(ctx, `projects/${projectId}/tags`) };
}
