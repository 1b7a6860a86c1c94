import { CloudError } from "#base/errors.ts";
import { atLeast, operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { hostRemove } from "../../app/host.ts";
import { hostOfPath } from "../host-id.ts";
import { controlServiceRefuse } from "./control.ts";

/** DELETE /os-services/{id}: forgets a host that has no servers. */
export const serviceDelete = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    const id = params["id"] ?? "";
    if (!atLeast(ctx, "2.53") && !/^-?\d+$/.test(id))
      throw new CloudError("invalid", "Invalid input received: id must be an integer");
    controlServiceRefuse(ctx, id);
    await hostRemove(ctx, await hostOfPath(ctx, id, "Service"));
  },
});
