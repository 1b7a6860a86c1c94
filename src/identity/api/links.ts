import type { IdentityCtx } from "../app/context.ts";

/** Keystone's `links.self` of one resource; `path` follows `/v3/`. */
export function selfLink(ctx: IdentityCtx, path: string): { readonly self: string } {
  return { self: `${ctx.baseUrl}/v3/${path}` };
}

/** Keystone's form of a list: the items, and links that repeat the question. */
export function collection(
  ctx: IdentityCtx,
  key: string,
  options: { readonly path?: string; readonly query?: object; readonly items: readonly unknown[] },
): object {
  const asked = new URLSearchParams(options.query as Record<string, string> | undefined).toString();
  const self = `${ctx.baseUrl}/v3/${options.path ?? key}${asked === "" ? "" : `?${asked}`}`;
  return { links: { next: null, self, previous: null }, [key]: options.items };
}
