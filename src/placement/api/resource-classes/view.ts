import type { RequestCtx } from "../../deps.ts";
import { linkPath } from "../answer.ts";

export function resourceClassPath(name: string): string {
  return `/resource_classes/${name}`;
}

export function resourceClassView(ctx: RequestCtx, name: string): Record<string, unknown> {
  return { name, links: [{ rel: "self", href: linkPath(ctx, resourceClassPath(name)) }] };
}
