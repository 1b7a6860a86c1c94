import { Type } from "typebox";
import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { serverRefuse } from "../../app/server-without.ts";

const closed = { additionalProperties: false };
const rule = "os_compute_api:os-remote-consoles";

/** Servers have a serial console with a log and no display: Nova's answer for a type that is not switched on. */
function unavailable(ctx: ComputeCtx, id: string, type: string): Promise<never> {
  const error = (): CloudError => new CloudError("invalid", `Unavailable console type ${type}.`);
  return serverRefuse(ctx, id, rule, { error });
}

function consoleAction(key: string, types: readonly string[]) {
  return operation({
    body: Type.Object({ [key]: Type.Object({ type: Type.Enum([...types]) }, closed) }, closed),
    handle: (ctx: ComputeCtx, { params, body }) => {
      const { type } = (body as Readonly<Record<string, { readonly type: string }>>)[key] ?? { type: "" };
      return unavailable(ctx, params["id"] ?? "", type);
    },
  });
}

/** POST /servers/{id}/action, until 2.5 */
export const serverVncConsole = consoleAction("os-getVNCConsole", ["novnc", "xvpvnc"]);
export const serverSpiceConsole = consoleAction("os-getSPICEConsole", ["spice-html5"]);
export const serverRdpConsole = consoleAction("os-getRDPConsole", ["rdp-html5"]);
export const serverSerialConsole = consoleAction("os-getSerialConsole", ["serial"]);

const protocols = ["vnc", "spice", "serial", "rdp"];
const types = ["novnc", "xvpvnc", "spice-html5", "serial", "rdp-html5"];
const wanted = (protocol: readonly string[], type: readonly string[]) =>
  Type.Object(
    {
      remote_console: Type.Object({ protocol: Type.Enum([...protocol]), type: Type.Enum([...type]) }, closed),
    },
    closed,
  );

/** POST /servers/{id}/remote-consoles, since 2.6 */
export const remoteConsoleCreate = operation({
  body: [
    { from: "2.6", schema: wanted(protocols, types) },
    { from: "2.8", schema: wanted([...protocols, "mks"], [...types, "webmks"]) },
  ],
  handle: (ctx: ComputeCtx, { params, body }) =>
    unavailable(ctx, params["id"] ?? "", body.remote_console.type),
});
