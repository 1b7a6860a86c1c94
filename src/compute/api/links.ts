import type { ComputeCtx } from "../app/deps.ts";

export interface Link {
  readonly rel: string;
  readonly href: string;
}

/** Nova's pair: `self` with the version in its path, `bookmark` without. */
export function linksOf(ctx: Pick<ComputeCtx, "baseUrl">, path: string): Link[] {
  return [
    { rel: "self", href: `${ctx.baseUrl}/v2.1${path}` },
    { rel: "bookmark", href: `${ctx.baseUrl}${path}` },
  ];
}

/** The `next` link of a full page: the same query, with the last id as marker. None when the page is not full. */
export function nextLinks(
  ctx: ComputeCtx,
  path: string,
  page: {
    readonly query: Readonly<Record<string, unknown>>;
    readonly lastId: string | undefined;
    readonly full: boolean;
  },
): Link[] {
  if (!page.full || page.lastId === undefined) return [];
  const next = new URLSearchParams();
  for (const [name, value] of Object.entries(page.query)) {
    if (name === "marker") continue;
    for (const one of Array.isArray(value) ? value : [value])
      if (typeof one === "string") next.append(name, one);
  }
  next.set("marker", page.lastId);
  return [{ rel: "next", href: `${ctx.baseUrl}/v2.1${path}?${next.toString()}` }];
}

/** Where the image service's own links start (nova.image.glance.API.generate_image_url). */
export function imageServiceUrl(ctx: Pick<ComputeCtx, "baseUrl">): string {
  return ctx.baseUrl.replace(/\/compute$/, "/image");
}
