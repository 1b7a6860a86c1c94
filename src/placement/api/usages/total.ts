import { atLeast, operation } from "#http/index.ts";
import { ownerUsages, ownerUsagesByType } from "../../app/usage.ts";
import type { PlacementDeps } from "../../deps.ts";
import { badRequest } from "../../domain/errors.ts";
import { answer } from "../answer.ts";
import { namesSince, queryCheck, queryLast, type Query } from "../query.ts";

const parameters = [
  ["project_id", "1.9"],
  ["user_id", "1.9"],
  ["consumer_type", "1.38"],
] as const;

/** GET /usages, since 1.9; by consumer type since 1.38 */
export const usagesTotal = operation<PlacementDeps>({
  async handle(ctx, { query }) {
    // A reader may ask for the own project only, so the rule's target comes from the query.
    ctx.enforce("placement:usages", { project_id: queryLast(query, "project_id") });
    queryCheck(query, namesSince(ctx, parameters));
    const projectId = idOf(query, "project_id");
    if (projectId === undefined) {
      throw badRequest("Invalid query string parameters: 'project_id' is a required property");
    }
    const owner = { projectId, userId: idOf(query, "user_id") };
    if (!atLeast(ctx, "1.38")) return answer(ctx, { usages: await ownerUsages(ctx, owner) });
    const type = idOf(query, "consumer_type");
    if (type !== undefined && !/^([A-Z0-9_]+|all|unknown)$/.test(type)) {
      throw badRequest(
        `Invalid query string parameters: '${type}' does not match '^[A-Z0-9_]+$|^all|^unknown$'`,
      );
    }
    return answer(ctx, { usages: await ownerUsagesByType(ctx, owner, type) });
  },
});

function idOf(query: Query, name: string): string | undefined {
  const text = queryLast(query, name);
  if (text === undefined || (text.length > 0 && text.length <= 255)) return text;
  const [fault, keyword] = text === "" ? ["short", "minLength"] : ["long", "maxLength"];
  throw badRequest(
    `Invalid query string parameters: '${text}' is too ${fault}\n\n` +
      `Failed validating '${keyword}' in schema['properties']['${name}']:\n` +
      `    {'maxLength': 255, 'minLength': 1, 'type': 'string'}\n\nOn instance['${name}']:\n    '${text}'`,
  );
}
