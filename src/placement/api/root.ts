import { operation } from "#http/index.ts";
import type { PlacementDeps } from "../deps.ts";
import { answer } from "./answer.ts";

/** The microversions that `index.ts` offers. */
export const microversions = { min: "1.0", max: "1.39", default: "1.0", beforeRouting: true } as const;

/** GET /: the versions document, open to everybody. */
export const root = operation<PlacementDeps>({
  handle: async (ctx) =>
    answer(ctx, {
      versions: [
        {
          id: `v${microversions.min}`,
          max_version: microversions.max,
          min_version: microversions.min,
          status: "CURRENT",
          links: [{ rel: "self", href: "" }],
        },
      ],
    }),
});
