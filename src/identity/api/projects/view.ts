import type { IdentityCtx } from "../../app/context.ts";
import type { Project } from "../../domain/resources.ts";
import { selfLink } from "../links.ts";

export function projectView(ctx: IdentityCtx, project: Project): object {
  return {
    ...project.extra,
    id: project.id,
    name: project.name,
    domain_id: project.isDomain ? null : project.domainId,
    parent_id: project.isDomain ? null : project.parentId,
    description: project.description,
    enabled: project.enabled,
    is_domain: project.isDomain ?? false,
    tags: project.tags,
    options: project.immutable ? { immutable: true } : {},
    links: selfLink(ctx, `projects/${project.id}`),
  };
}
