import { CloudError } from "#base/errors.ts";
import type { IdentityCtx } from "../app/context.ts";

/** Keystone's `links.self` of one resource; `path` follows `/v3/`. */
export function selfLink(ctx: IdentityCtx, path: string): { readonly self: string } {
  return { self: `${ctx.baseUrl}/v3/${path}` };
}

interface CollectionOptions {
  readonly path?: string;
  /** The whole query: besides the filters it may have `limit` and `marker`, the id of the last item of the page before. */
  readonly query?: object;
  readonly items: readonly unknown[];
}

/** Keystone's form of a list: the items, and links that repeat the question and lead to the next page. */
export function collection(ctx: IdentityCtx, key: string, options: CollectionOptions): object {
  const query = (options.query ?? {}) as Readonly<Record<string, string>>;
  const at = (parameters: Readonly<Record<string, string>>): string => {
    const asked = new URLSearchParams(parameters).toString();
    return `${ctx.baseUrl}/v3/${options.path ?? key}${asked === "" ? "" : `?${asked}`}`;
  };
  const { items, last } = pageOf(options.items, query);
  const next = last === undefined ? null : at({ ...query, marker: last });
  return {
    links: { next, self: at(query), previous: null },
    ...(last === undefined ? {} : { truncated: true }),
    [key]: items,
  };
}

interface CollectionPage {
  readonly items: readonly unknown[];
  /** The id of the last item, when there are more. */
  readonly last?: string | undefined;
}

/** What has no id, such as a role assignment, comes whole, as in Keystone. */
function pageOf(
  all: readonly unknown[],
  { limit, marker }: Readonly<Record<string, string>>,
): CollectionPage {
  if (limit === undefined && marker === undefined) return { items: all };
  const ids = all.map((item) => (item as { readonly id?: string }).id);
  if (ids.includes(undefined)) return { items: all };
  const from = marker === undefined ? 0 : ids.indexOf(marker) + 1;
  if (marker !== undefined && from === 0)
    throw new CloudError("not-found", `Marker ${marker} could not be found.`);
  if (limit === undefined || limit === "") return { items: all.slice(from) };
  if (!/^\d{1,9}$/.test(limit)) throw new CloudError("invalid", `Invalid limit '${limit}': give a number.`);
  const to = from + Number(limit);
  return { items: all.slice(from, to), last: to < all.length ? ids[to - 1] : undefined };
}
