import { Type } from "typebox";
import { operation } from "#http/index.ts";
import { resourceClassCreate as resourceClassAdd } from "../../app/resource-class.ts";
import type { RequestCtx } from "../../deps.ts";
import { done } from "../answer.ts";
import { customNamePattern, strict } from "../schemas.ts";
import { resourceClassPath } from "./view.ts";

export const resourceClassBody = Type.Object(
  { name: Type.String({ pattern: customNamePattern, maxLength: 255 }) },
  strict,
);

/** POST /resource_classes, since 1.2 */
export const resourceClassCreate = operation({
  body: resourceClassBody,
  async handle(ctx: RequestCtx, { body }) {
    await resourceClassAdd(ctx, body.name);
    return done(ctx, 201, resourceClassPath(body.name));
  },
});
