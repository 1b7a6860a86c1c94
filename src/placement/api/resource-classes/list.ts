import { operation } from "#http/index.ts";
import { resourceClassList } from "../../app/resource-class.ts";
import type { PlacementDeps } from "../../deps.ts";
import { answer, newest } from "../answer.ts";
import { resourceClassView } from "./view.ts";

/** GET /resource_classes, since 1.2 */
export const resourceClassesList = operation<PlacementDeps>({
  async handle(ctx) {
    const classes = await resourceClassList(ctx);
    return answer(
      ctx,
      { resource_classes: classes.map(({ name }) => resourceClassView(ctx, name)) },
      { modifiedMs: newest(classes.map((each) => each.createdAtMs)) },
    );
  },
});
