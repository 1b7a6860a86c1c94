import { Type } from "typebox";
import { operation, Reply } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { rotationStart } from "../../app/rotation.ts";
import { rotationView } from "./view.ts";

/** Without a project all of them. */
export const rotationCreateOperation = operation({
  body: Type.Object(
    { project_id: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })) },
    { additionalProperties: false },
  ),
  handle: async (ctx: KeyManagerCtx, { body }) => {
    const started = await rotationStart(ctx, body.project_id);
    return new Reply(202, { rotations: started.map(rotationView) });
  },
});
