import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { hostsAll } from "../../app/host.ts";
import { queryText } from "../paging.ts";
import { controlBinaries, internalZone } from "../services/control.ts";

/** GET /os-hosts, until 2.42: hosts that take servers; filter `zone`. */
export const hostList = operation<ComputeDeps>({
  handle: async (ctx, { query }) => {
    const zone = queryText(query, "zone") ?? "";
    const hosts = (await hostsAll(ctx)).filter(
      (host) => !host.disabled && (zone === "" || host.zone === zone),
    );
    const own = Object.keys(controlBinaries).map((service) => ({
      host_name: ctx.deps.controlHost,
      service,
      zone: internalZone,
    }));
    return {
      hosts: [
        ...hosts.map((host) => ({ host_name: host.hostname, service: "compute", zone: host.zone })),
        ...own.filter((each) => zone === "" || each.zone === zone),
      ],
    };
  },
});
