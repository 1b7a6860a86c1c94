import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { projectListOfUser } from "../../app/project.ts";
import { collection } from "../links.ts";
import { projectView } from "../projects/view.ts";

/** Only what a token can be had for: disabled projects are left out. */
export const authProjects = operation({
  handle: async (ctx: IdentityCtx) => {
    const projects = await projectListOfUser(ctx, ctx.caller, { enabled: true });
    const items = projects.map((project) => projectView(ctx, project));
    return collection(ctx, "projects", { path: "auth/projects", items });
  },
});
