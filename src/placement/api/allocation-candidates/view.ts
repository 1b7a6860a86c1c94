import { atLeast, ReadyJson } from "#http/index.ts";
import type { CandidateAnswer } from "../../app/candidate.ts";
import type { RequestCtx } from "../../deps.ts";
import type { CandidateQuery } from "../../domain/candidates.ts";
import type { Picture } from "../../picture/picture.ts";
import type { Candidate, Part } from "../../picture/tree-search.ts";
import { AsciiWriter } from "./ascii-writer.ts";

/** Answers have tens of megabytes when nothing limits them, so JSON is joined from texts that are ready. */
export function candidatesJson(ctx: RequestCtx, answered: CandidateAnswer, query: CandidateQuery): ReadyJson {
  const { picture, parts, candidates } = answered;
  const writer = new AsciiWriter();
  writer.add('{"allocation_requests":[');
  writer.addList(candidates, requestTexts(ctx, picture, parts));
  writer.add('],"provider_summaries":{');
  writer.addList(slotsShown(ctx, answered), summaryTexts(ctx, picture, query));
  writer.add("}}");
  return new ReadyJson(writer.bytes());
}

/** No uuid, class or suffix has it. */
const placeholder = "@";

/** The body of a PUT /allocations: a list before 1.12, by provider since then, with `mappings` since 1.34. */
function requestTexts(
  ctx: RequestCtx,
  picture: Picture,
  parts: readonly Part[],
): (candidate: Candidate) => string {
  const textOf = (slots: readonly number[], uuidOf: (slot: number) => string): string => {
    const taken = new Map<number, Record<string, number>>();
    const mappings = new Map<string, Set<string>>();
    for (const [index, { suffix, needs }] of parts.entries()) {
      const slot = slots[index] ?? -1;
      mappings.set(suffix, (mappings.get(suffix) ?? new Set()).add(uuidOf(slot)));
      if (needs.length === 0) continue;
      const resources = taken.get(slot) ?? {};
      taken.set(slot, resources);
      for (const { resourceClass, amount } of needs) {
        resources[resourceClass] = (resources[resourceClass] ?? 0) + amount;
      }
    }
    const entries = [...taken].map(([slot, resources]) => ({ uuid: uuidOf(slot), resources }));
    if (!atLeast(ctx, "1.12")) {
      return JSON.stringify({
        allocations: entries.map(({ uuid, resources }) => ({ resource_provider: { uuid }, resources })),
      });
    }
    return JSON.stringify({
      allocations: Object.fromEntries(entries.map(({ uuid, resources }) => [uuid, { resources }])),
      ...(atLeast(ctx, "1.34")
        ? { mappings: Object.fromEntries([...mappings].map(([suffix, uuids]) => [suffix, [...uuids]])) }
        : {}),
    });
  };
  const alone = textOf(
    parts.map(() => 0),
    () => placeholder,
  ).split(placeholder);
  const [first = "", ...others] = alone;
  return (candidate) => {
    if (typeof candidate !== "number") return textOf(candidate, (slot) => picture.uuid(slot));
    const uuid = picture.uuid(candidate);
    let text = first;
    for (const other of others) text += uuid + other;
    return text;
  };
}

/** Of the whole trees since 1.29, of the used providers before. */
function slotsShown(ctx: RequestCtx, { picture, parts, candidates }: CandidateAnswer): Set<number> {
  const used = new Set<number>();
  const { forest } = picture;
  const nested = atLeast(ctx, "1.29") && forest.hasTrees;
  const trees = new Set<number>();
  const use = (slot: number): void => {
    const root = forest.root(slot);
    if (!nested || forest.members(root) === undefined) used.add(slot);
    else if (!trees.has(root)) {
      trees.add(root);
      for (const member of forest.members(root) ?? []) used.add(member);
    }
  };
  for (const candidate of candidates) {
    if (typeof candidate === "number") use(candidate);
    else for (const [index, slot] of candidate.entries()) if (parts[index]?.needs.length !== 0) use(slot);
  }
  return used;
}

/** All classes since 1.27, the wanted ones before; traits since 1.17; parent and root since 1.29. */
function summaryTexts(ctx: RequestCtx, picture: Picture, query: CandidateQuery): (slot: number) => string {
  const [withTraits, withAll, withTree] = [atLeast(ctx, "1.17"), atLeast(ctx, "1.27"), atLeast(ctx, "1.29")];
  const wanted = new Set(query.groups.flatMap((group) => Object.keys(group.resources)));
  const make = (slot: number): string => {
    const classes = picture.classes(slot).filter((name) => withAll || wanted.has(name));
    const parent = picture.forest.parent(slot);
    const summary = {
      resources: Object.fromEntries(classes.map((name) => [name, picture.column(name)?.summary(slot)])),
      ...(withTraits ? { traits: picture.traits(slot) } : {}),
      ...(withTree
        ? {
            parent_provider_uuid: parent === -1 ? null : picture.uuid(parent),
            root_provider_uuid: picture.uuid(picture.forest.root(slot)),
          }
        : {}),
    };
    return `"${picture.uuid(slot)}":${JSON.stringify(summary)}`;
  };
  // The newest form is what almost everybody asks for: it alone is kept.
  return withTree ? (slot) => picture.summary(slot, () => make(slot)) : make;
}
