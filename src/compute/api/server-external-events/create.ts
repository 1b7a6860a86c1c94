import { Type, type TSchema } from "typebox";
import { operation, Reply } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { serverExternalEventCode } from "../../app/server-external-event.ts";
import { imageId } from "../parameter-schemas.ts";

const closed = { additionalProperties: false };
const networkNames = [
  "network-changed",
  "network-vif-plugged",
  "network-vif-unplugged",
  "network-vif-deleted",
];
/** In the order in which they came; each says what it is about in its tag. */
const laterNames = [
  ["2.51", "volume-extended"],
  ["2.76", "power-update"],
  ["2.82", "accelerator-request-bound"],
  ["2.93", "volume-reimaged"],
] as const;

interface ExternalEvent {
  readonly name: string;
  readonly server_uuid: string;
  readonly status?: string;
  readonly tag?: string;
}

function body(names: readonly string[]): TSchema {
  const event = Type.Object(
    {
      name: Type.Enum([...names]),
      server_uuid: imageId,
      status: Type.Optional(Type.Enum(["failed", "completed", "in-progress"])),
      tag: Type.Optional(Type.String({ maxLength: 255 })),
    },
    closed,
  );
  return Type.Object({ events: Type.Array(event, { minItems: 1 }) }, closed);
}

/**
 * POST /os-server-external-events: what a network or a volume service tells of servers. No server has a NIC or a volume, so nothing
 * follows from it; who tells it learns which servers there are, as in Nova.
 */
export const serverExternalEventCreate = operation({
  body: [
    { from: "2.1", schema: body(networkNames) },
    ...laterNames.map(([from], index) => ({
      from,
      schema: body([...networkNames, ...laterNames.slice(0, index + 1).map(([, name]) => name)]),
    })),
  ],
  handle: async (ctx: ComputeCtx, input) => {
    const { events } = input.body as { readonly events: readonly ExternalEvent[] };
    const answered = [];
    for (const event of events) {
      const complete = event.tag !== undefined || networkNames.includes(event.name);
      const code = await serverExternalEventCode(ctx, { serverId: event.server_uuid, complete });
      answered.push({ ...event, status: code === 200 ? "completed" : "failed", code });
    }
    return new Reply(answered.every(({ code }) => code === 200) ? 200 : 207, { events: answered });
  },
});
