import { operation, placementEnvelope, validate } from "#http/index.ts";
import {
  resourceClassChangeName,
  resourceClassEnsure as resourceClassPut,
} from "../../app/resource-class.ts";
import type { PlacementDeps, RequestCtx } from "../../deps.ts";
import { answer, done } from "../answer.ts";
import { resourceClassBody } from "./create.ts";
import { resourceClassPath, resourceClassView } from "./view.ts";

/** PUT /resource_classes/{name} from 1.2 to 1.6: gives it another name */
export const resourceClassRename = operation({
  body: resourceClassBody,
  async handle(ctx: RequestCtx, { params, body }) {
    await resourceClassChangeName(ctx, params["name"] ?? "", body.name);
    return answer(ctx, resourceClassView(ctx, body.name));
  },
});

/** PUT /resource_classes/{name} since 1.7: there it is, 201 when it is new */
export const resourceClassEnsure = operation<PlacementDeps>({
  async handle(ctx, { params }) {
    const name = params["name"] ?? "";
    validate(resourceClassBody, { name }, "the name", placementEnvelope.mismatch);
    const created = await resourceClassPut(ctx, name);
    return done(ctx, created ? 201 : 204, resourceClassPath(name));
  },
});
