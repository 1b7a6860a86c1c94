import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { hostsAll } from "../../app/host.ts";
import { queryText } from "../paging.ts";
import { queryCheck } from "../query-check.ts";
import { controlServices } from "./control.ts";
import { computeBinary, serviceView } from "./view.ts";

/** GET /os-services; filters `host` and `binary`. */
export const serviceList = operation<ComputeDeps>({
  handle: async (ctx, { query }) => {
    queryCheck(ctx, query, ["host", "binary"], "2.75");
    const [hostname, binary] = [queryText(query, "host"), queryText(query, "binary")];
    const hosts = binary === undefined || binary === computeBinary ? await hostsAll(ctx) : [];
    const wanted = hosts.filter((host) => hostname === undefined || host.hostname === hostname);
    const own = controlServices(ctx).filter(
      (service) =>
        (hostname === undefined || service.host === hostname) &&
        (binary === undefined || service.binary === binary),
    );
    return { services: [...wanted.map((host) => serviceView(ctx, host)), ...own] };
  },
});
