import { operation } from "#http/index.ts";
import { grantList } from "../../app/assignment.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { collection } from "../links.ts";
import { roleView } from "../roles/view.ts";
import { placeOfPath } from "./scope.ts";

const listGrants = (inherited: boolean) =>
  operation({
    handle: async (ctx: IdentityCtx, { params }) => {
      const place = placeOfPath(params, inherited);
      const { actor, scope } = place;
      const roles = await grantList(ctx, place);
      const at = scope.kind === "system" ? "system" : `${scope.kind}s/${scope.id}`;
      const plain = `${at}/${actor.kind}s/${actor.id}/roles`;
      return collection(ctx, "roles", {
        path: inherited ? `OS-INHERIT/${plain}/inherited_to_projects` : plain,
        items: roles.map((role) => roleView(ctx, role)),
      });
    },
  });

export const grantsList = listGrants(false);
export const grantsListInherited = listGrants(true);
