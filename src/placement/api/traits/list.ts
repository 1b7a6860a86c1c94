import { operation } from "#http/index.ts";
import { traitList, type TraitQuery } from "../../app/trait.ts";
import type { PlacementDeps } from "../../deps.ts";
import { badRequest } from "../../domain/errors.ts";
import { answer, newest } from "../answer.ts";
import { queryCheck, queryLast, type Query } from "../query.ts";

/** GET /traits, since 1.6 */
export const traitsList = operation<PlacementDeps>({
  async handle(ctx, { query }) {
    queryCheck(query, ["name", "associated"]);
    const traits = await traitList(ctx, { ...nameFilter(query), associated: associatedFilter(query) });
    return answer(
      ctx,
      { traits: traits.map((trait) => trait.name) },
      { modifiedMs: newest(traits.map((trait) => trait.createdAtMs)) },
    );
  },
});

function nameFilter(query: Query): TraitQuery {
  const text = queryLast(query, "name");
  if (text === undefined) return {};
  const colon = text.indexOf(":");
  if (colon < 0) {
    throw badRequest(
      "Badly formatted name parameter. Expected name query string parameter in form: " +
        `?name=[in|startswith]:[name1,name2|prefix]. Got: "${text}"`,
    );
  }
  const [kind, value] = [text.slice(0, colon), text.slice(colon + 1)];
  if (kind === "in") return { names: value.split(",") };
  // Any other word filters nothing (placement.handlers.trait).
  return kind === "startswith" ? { prefix: value } : {};
}

function associatedFilter(query: Query): boolean | undefined {
  const text = queryLast(query, "associated")?.toLowerCase();
  if (text === undefined) return undefined;
  if (text === "true" || text === "false") return text === "true";
  throw badRequest('The query parameter "associated" only accepts "true" or "false"');
}
