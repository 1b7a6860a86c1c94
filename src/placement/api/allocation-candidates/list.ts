import { operation } from "#http/index.ts";
import { candidateList } from "../../app/candidate.ts";
import type { PlacementDeps } from "../../deps.ts";
import { answer } from "../answer.ts";
import { candidateQuery } from "./query.ts";
import { candidatesJson } from "./view.ts";

/** GET /allocation_candidates, since 1.10 */
export const allocationCandidatesList = operation<PlacementDeps>({
  async handle(ctx, { query }) {
    const asked = candidateQuery(ctx, query);
    return answer(ctx, candidatesJson(ctx, await candidateList(ctx, asked), asked));
  },
});
