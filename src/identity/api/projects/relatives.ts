import type { IdentityCtx } from "../../app/context.ts";
import type { Relatives } from "../../app/project-node.ts";
import type { Project } from "../../domain/resources.ts";
import { projectView } from "./view.ts";

type Form = "list" | "ids" | undefined;
/** Ids within ids; null where the tree ends. */
type IdTree = { readonly [id: string]: IdTree } | null;

/** `ids` shows all relatives, `list` those that the caller has a role on. */
export function relativesView(
  ctx: IdentityCtx,
  id: string,
  asked: { readonly parents: Form; readonly subtree: Form },
  { parents, subtree, ownIds }: Relatives,
): object {
  const listed = (projects: readonly Project[]): object[] =>
    projects.filter((one) => ownIds.has(one.id)).map((one) => ({ project: projectView(ctx, one) }));
  return {
    ...(asked.parents === "list" ? { parents: listed(parents) } : {}),
    ...(asked.parents === "ids" ? { parents: idsAbove(parents) } : {}),
    ...(asked.subtree === "list" ? { subtree: listed(subtree) } : {}),
    ...(asked.subtree === "ids" ? { subtree: idsBelow(id, subtree) } : {}),
  };
}

function idsAbove(parents: readonly Project[]): IdTree {
  return parents.reduceRight<IdTree>((above, { id }) => ({ [id]: above }), null);
}

function idsBelow(id: string, subtree: readonly Project[]): IdTree {
  const children = subtree.filter(({ parentId }) => parentId === id);
  if (children.length === 0) return null;
  return Object.fromEntries(children.map((child) => [child.id, idsBelow(child.id, subtree)]));
}
