import { CloudError } from "#base/errors.ts";
import { isUuid } from "#base/ids.ts";
import { operatorClient, type OperatorClient } from "../operator-client.ts";
import type { Command, OwnValues } from "./command.ts";

export const tpm: Command = {
  summary: "what happened to a server's TPM, and which of its states it goes on with",
  arguments: "history SERVER | restore SERVER",
  description: `history   every state that the vault had of the server's TPM: generation, time, host, size, SHA-256, cause; "kept" are
          those that can be restored
restore   a server that is off goes on with a kept state: it becomes the newest generation, and at the next start whatever
          the host has gives way to it. The reason is shown in the server's actions

SERVER is an id or a name. It speaks to the running cloud with the OS_ variables of the environment, or as the administrator
whose openrc is in the state directory.`,
  ownOptions: {
    generation: { value: "N", summary: "restore: which state" },
    reason: { value: "TEXT", summary: "restore: why" },
  },
  async run({ config, rest: [verb, server, ...more], own }) {
    if ((verb !== "history" && verb !== "restore") || server === undefined || more.length > 0)
      throw new CloudError(
        "invalid",
        "tpm takes history SERVER, or restore SERVER --generation N --reason TEXT. See sealstone tpm --help.",
      );
    const restore = verb === "restore" ? restoreOf(own) : undefined;
    const client = await operatorClient(config.statePath, process.env);
    const id = await serverIdOf(client, server);
    console.log(
      restore === undefined ? await historyText(client, id) : await restoreText(client, id, restore),
    );
    return 0;
  },
};

interface Restore {
  readonly generation: number;
  readonly reason: string;
}

function restoreOf(own: OwnValues): Restore {
  const [generation, reason] = [own.texts("generation").at(-1) ?? "", own.texts("reason").at(-1) ?? ""];
  if (/^[1-9]\d{0,8}$/.test(generation) && reason.trim() !== "")
    return { generation: Number(generation), reason };
  throw new CloudError(
    "invalid",
    "tpm restore needs --generation N, one of those that sealstone tpm history shows as kept, and --reason TEXT.",
  );
}

async function serverIdOf(client: OperatorClient, server: string): Promise<string> {
  if (isUuid(server)) return server;
  const pattern = `^${server.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)}$`;
  const query = `?all_tenants=1&name=${encodeURIComponent(pattern)}`;
  const { servers } = (await client.send("GET", `/servers${query}`)) as {
    readonly servers: readonly { readonly id: string }[];
  };
  const [first, ...others] = servers;
  if (first !== undefined && others.length === 0) return first.id;
  const found = first === undefined ? "none" : servers.map(({ id }) => id).join(", ");
  throw new CloudError("invalid", `Servers named "${server}": ${found}. Name one by its id.`);
}

interface History {
  readonly running_interval: { readonly host: string; readonly opened_at: string } | null;
  readonly memory_image: { readonly generation: number } | null;
  readonly restore_pending: boolean;
  readonly generations: readonly {
    readonly generation: number;
    readonly time: string;
    readonly host: string;
    readonly size: number;
    readonly sha256: string;
    readonly kept: boolean;
    readonly cause: string;
  }[];
}

async function historyText(client: OperatorClient, id: string): Promise<string> {
  const answer = await client.send("GET", `/servers/${id}/sealstone:tpm/history`);
  const history = (answer as { readonly "sealstone:tpm_history": History })["sealstone:tpm_history"];
  if (history.generations.length === 0) return `The vault has no TPM state of server ${id}.`;
  const { running_interval: interval, memory_image: image } = history;
  const rows = [
    ["GENERATION", "TIME", "HOST", "BYTES", "SHA-256", "KEPT", "CAUSE"],
    ...history.generations.map((each) => [
      String(each.generation),
      each.time,
      each.host,
      String(each.size),
      each.sha256,
      each.kept ? "yes" : "no",
      each.cause,
    ]),
  ];
  return [
    table(rows),
    interval === null
      ? "No host runs it."
      : `Host ${interval.host} runs it, or ran it last, since ${interval.opened_at}.`,
    ...(image === null ? [] : [`It is suspended, with generation ${image.generation}.`]),
    ...(history.restore_pending
      ? ["An operator chose the newest generation; its host takes it at the next start."]
      : []),
  ].join("\n");
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

async function restoreText(client: OperatorClient, id: string, restore: Restore): Promise<string> {
  const body = { "sealstone:tpmRestore": restore };
  const { generation } = (await client.send("POST", `/servers/${id}/action`, body)) as {
    readonly generation: number;
  };
  return `Generation ${restore.generation} is generation ${generation} now, the newest; server ${id} goes on with it at its next start.`;
}
