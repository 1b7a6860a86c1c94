import { CloudError } from "#base/errors.ts";
import { listJson, operation, rowJson, type ReadyJson } from "#http/index.ts";
import type { ComputeCtx, ComputeDeps } from "../../app/deps.ts";
import { flavorsVisible } from "../../app/flavor.ts";
import type { Flavor } from "../../store/flavors.ts";
import { nextLinks } from "../links.ts";
import { booleanOf, pageOf, queryText, type Query } from "../paging.ts";
import { queryCheck } from "../query-check.ts";
import { flavorDetail, flavorSummary, flavorViewKey, type FlavorViewer } from "./view.ts";

/** GET /flavors */
export const flavorListBrief = operation<ComputeDeps>({
  handle: (ctx, { query }) => page(ctx, query, { path: "/flavors", view: flavorSummary, key: "summary" }),
});

/** GET /flavors/detail */
export const flavorListDetail = operation<ComputeDeps>({
  handle: (ctx, { query }) =>
    page(ctx, query, { path: "/flavors/detail", view: flavorDetail, key: "detail" }),
});

const sortKeys: Readonly<Record<string, (flavor: Flavor) => string | number>> = {
  flavorid: (flavor) => flavor.id,
  id: (flavor) => flavor.id,
  name: (flavor) => flavor.name,
  memory_mb: (flavor) => flavor.memoryMiB,
  root_gb: (flavor) => flavor.rootGiB,
  vcpus: (flavor) => flavor.vcpus,
  description: (flavor) => flavor.description ?? "",
  created_at: (flavor) => flavor.createdAt,
  // The same for all: never changed, never weighted, never disabled.
  updated_at: () => 0,
  vcpu_weight: () => 0,
  disabled: () => 0,
  ephemeral_gb: (flavor) => flavor.ephemeralGiB,
  is_public: (flavor) => (flavor.isPublic ? 1 : 0),
  rxtx_factor: (flavor) => flavor.rxtxFactor,
  swap: (flavor) => flavor.swapMiB,
};

const queryNames = ["limit", "marker", "is_public", "minRam", "minDisk", "sort_key", "sort_dir"];

async function page(
  ctx: ComputeCtx,
  query: Query,
  how: {
    readonly path: string;
    readonly view: (ctx: FlavorViewer, flavor: Flavor) => object;
    readonly key: string;
  },
): Promise<ReadyJson> {
  queryCheck(ctx, query, queryNames, "2.75");
  const { limit, marker } = pageOf(query);
  const [minRam, minDisk] = [atLeastOf(query, "minRam"), atLeastOf(query, "minDisk")];
  const sorted = sort(await flavorsVisible(ctx, () => isPublicOf(query)), query).filter(
    (flavor) => flavor.memoryMiB >= minRam && flavor.rootGiB >= minDisk,
  );
  const start = marker === undefined ? 0 : sorted.findIndex(({ id }) => id === marker) + 1;
  if (marker !== undefined && start === 0) throw new CloudError("invalid", `marker [${marker}] not found`);
  const shown = sorted.slice(start, start + limit);
  const links = nextLinks(ctx, how.path, {
    query,
    lastId: shown.at(-1)?.id,
    full: shown.length === limit && limit > 0,
  });
  const key = `${how.key} ${flavorViewKey(ctx)}`;
  return listJson(
    "flavors",
    shown.map((flavor) => rowJson(flavor, key, () => how.view(ctx, flavor))),
    links.length === 0 ? {} : { flavors_links: links },
  );
}

/** `None` is what clients send for "public or not"; only public ones when nothing is said. */
function isPublicOf(query: Query): boolean | undefined {
  const text = queryText(query, "is_public");
  if (text?.toLowerCase() === "none") return undefined;
  const wanted = text === undefined ? true : booleanOf(text);
  if (wanted === undefined) throw new CloudError("invalid", `Invalid is_public filter [${text ?? ""}]`);
  return wanted;
}

function atLeastOf(query: Query, name: "minRam" | "minDisk"): number {
  const text = queryText(query, name) ?? "0";
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  throw new CloudError("invalid", `Invalid ${name} filter [${text}]`);
}

function sort(flavors: readonly Flavor[], query: Query): Flavor[] {
  const name = queryText(query, "sort_key") ?? "flavorid";
  const key = Object.hasOwn(sortKeys, name) ? sortKeys[name] : undefined;
  const direction = queryText(query, "sort_dir") ?? "asc";
  if (!key || !["asc", "desc"].includes(direction)) {
    throw new CloudError("invalid", `Invalid sort: sort_key ${name}, sort_dir ${direction}.`);
  }
  const ordered = flavors.toSorted((left, right) => {
    const [a, b] = [key(left), key(right)];
    if (a === b) return left.id < right.id ? -1 : 1;
    return a < b ? -1 : 1;
  });
  return direction === "asc" ? ordered : ordered.toReversed();
}
