import { auditEventNames } from "#audit/index.ts";
import { CloudError } from "#base/errors.ts";
import { cloudClient, serverIdOf, type CloudClient } from "../cloud-client.ts";
import type { Command, OwnValues } from "./command.ts";
import { auditTable, type AuditEventJson } from "./passphrase-uses.ts";
import { print } from "./print.ts";

const defaultLimit = 100;
const pageLimit = 1_000;

export const audit: Command = {
  summary: "what was done with the passphrases of TPMs: by whom, for which server and request",
  arguments: "list",
  description: `list    the newest events first: created, read, sealed (to a host), used (the one that the host keeps), denied, deleted, and
        restored (a TPM's state, by an operator). Nobody reads a passphrase here

It asks the running cloud with the OS_ variables of the environment, or without them as the administrator of the openrc file in
the state directory. The rule sealstone:audit:list says who may. Events are kept for ever, after their servers are gone too,
unless [audit] retention_days of sealstone.conf says for how many days.`,
  ownOptions: {
    server: { value: "SERVER", summary: "of this server, by id or name; one that is gone by its id" },
    event: { value: "EVENT", summary: auditEventNames.join(", ") },
    since: {
      value: "TIME",
      summary: "from this time on, ISO 8601: 2026-11-24T10:00:00Z or 2026-11-24 (UTC)",
    },
    until: { value: "TIME", summary: "up to this time" },
    limit: { value: "N", summary: `how many at most (default: ${defaultLimit})` },
    marker: { value: "ID", summary: "those after this event, which is the last of the list before" },
  },
  async run({ config, rest: [verb, ...more], own }) {
    if (verb !== "list" || more.length > 0)
      throw new CloudError("invalid", "audit takes list. See sealstone audit --help.");
    const limit = limitOf(own.texts("limit").at(-1));
    await print(await auditText(await cloudClient(config.statePath, process.env), own, limit));
    return 0;
  },
};

interface Page {
  readonly audit_events: readonly AuditEventJson[];
  readonly links: readonly { readonly rel: string; readonly href: string }[];
}

/** As many pages as the limit takes. */
async function auditText(client: CloudClient, own: OwnValues, limit: number): Promise<string> {
  const query = new URLSearchParams({ limit: String(Math.min(limit, pageLimit)) });
  for (const name of ["event", "since", "until", "marker"]) {
    const value = own.texts(name).at(-1);
    if (value !== undefined) query.set(name, value);
  }
  const server = own.texts("server").at(-1);
  if (server !== undefined) query.set("server", await serverIdOf(client, server));
  const events: AuditEventJson[] = [];
  let next: string | undefined = `/audit?${query.toString()}`;
  while (next !== undefined && events.length < limit) {
    const page = (await client.get("sealstone", next)) as Page;
    events.push(...page.audit_events);
    next = page.links.find(({ rel }) => rel === "next")?.href;
  }
  const shown = events.slice(0, limit);
  if (shown.length === 0) return "There are no such events.\n";
  const rest = next !== undefined || events.length > limit;
  const hint = rest ? `\nThere are more: --marker ${shown.at(-1)?.["id"] ?? ""}\n` : "";
  return auditTable(shown) + hint;
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return defaultLimit;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new CloudError("invalid", `--limit: found "${text}", allowed is a whole number from 1 to 9999999.`);
}
