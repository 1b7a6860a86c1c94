import type { Db } from "#db/index.ts";
import { isNamespaceVisible, namespaceNotFound, type MetadefNamespace } from "../domain/metadef.ts";
import type { imagePolicyRules } from "../policy-rules.ts";
import { metadefNamespaceFind } from "../store/metadef-namespaces.ts";
import { viewerOfCtx } from "./authorization.ts";
import type { ImageCtx } from "./deps.ts";

export type MetadefRule = Extract<keyof typeof imagePolicyRules, `${string}metadef${string}`>;

export function namespaceAllows(ctx: ImageCtx, rule: MetadefRule, namespace: MetadefNamespace): boolean {
  return ctx.allows(rule, { project_id: namespace.owner ?? undefined, visibility: namespace.visibility });
}

/** Who may not even see the namespace is told that there is none, anybody else that it is forbidden. */
function namespaceEnforce(ctx: ImageCtx, rule: MetadefRule, namespace: MetadefNamespace): void {
  if (namespaceAllows(ctx, rule, namespace)) return;
  if (!namespaceAllows(ctx, "get_metadef_namespace", namespace)) throw namespaceNotFound(namespace.namespace);
  ctx.enforce(rule, { project_id: namespace.owner ?? undefined, visibility: namespace.visibility });
}

/** The namespace, when the caller sees it and the rules allow what is to be done with it. */
export async function namespaceFetch(
  ctx: ImageCtx,
  db: Db,
  name: string,
  ...rules: readonly MetadefRule[]
): Promise<MetadefNamespace> {
  const namespace = await metadefNamespaceFind(db, name);
  if (!namespace || !isNamespaceVisible(namespace, viewerOfCtx(ctx))) throw namespaceNotFound(name);
  for (const rule of rules) namespaceEnforce(ctx, rule, namespace);
  return namespace;
}
