import { Type, type Static } from "typebox";
import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import { auditList } from "../../app/audit-list.ts";
import type { AuditDeps } from "../../app/deps.ts";
import { auditEventNames } from "../../domain/audit-event.ts";
import { auditEventView } from "./view.ts";

const defaultLimit = 100;
const maxLimit = 1_000;

const Uuid = Type.String({
  pattern: "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
});

const Query = Type.Object(
  {
    server: Type.Optional(Uuid),
    event: Type.Optional(Type.Union(auditEventNames.map((name) => Type.Literal(name)))),
    /** ISO 8601; both are included. */
    since: Type.Optional(Type.String()),
    until: Type.Optional(Type.String()),
    /** The id of the last event of the page before. */
    marker: Type.Optional(Uuid),
    limit: Type.Optional(Type.String({ pattern: "^[0-9]{1,9}$" })),
  },
  { additionalProperties: false },
);
type Query = Static<typeof Query>;

/** GET /sealstone/v1/audit: newest first. */
export const auditEventListOperation = operation<AuditDeps, undefined, typeof Query>({
  query: Query,
  handle: async (ctx, { query }) => {
    const { server, event, marker } = query;
    const filter = {
      serverId: server?.toLowerCase(),
      event,
      since: timeOf(query.since, "since"),
      until: timeOf(query.until, "until"),
    };
    const page = { marker: marker?.toLowerCase(), limit: limitOf(query.limit) };
    const { entries, more } = await auditList(ctx, filter, page);
    const last = entries.at(-1);
    const here = `${ctx.baseUrl}/v1/audit`;
    return {
      audit_events: entries.map(auditEventView),
      links: [
        { rel: "self", href: here + textOf(query) },
        ...(more && last ? [{ rel: "next", href: here + textOf({ ...query, marker: last.id }) }] : []),
      ],
    };
  },
});

function textOf(query: Query): string {
  const text = new URLSearchParams(query).toString();
  return text === "" ? "" : `?${text}`;
}

function limitOf(text: string | undefined): number {
  const limit = text === undefined ? defaultLimit : Number(text);
  if (limit >= 1 && limit <= maxLimit) return limit;
  throw new CloudError("invalid", `limit: found "${text ?? ""}", allowed is a number from 1 to ${maxLimit}.`);
}

/** A date, or date and time, without a zone in UTC. */
function timeOf(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  const form = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/i.exec(text);
  const time = form ? Date.parse(form[1] !== undefined && form[4] === undefined ? `${text}Z` : text) : NaN;
  if (!Number.isNaN(time)) return time;
  throw new CloudError(
    "invalid",
    `${name}: found "${text}", allowed is a time in ISO 8601, such as 2026-11-24T10:00:00Z.`,
  );
}
