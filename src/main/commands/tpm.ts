import { CloudError } from "#base/errors.ts";
import { cloudClient, serverIdOf, type CloudClient } from "../cloud-client.ts";
import type { Command, OwnValues } from "./command.ts";
import { print, tableText } from "./print.ts";
import { tpmShow } from "./tpm-show.ts";

const defaultLimit = 100;

export const tpm: Command = {
  summary: "what is known of a server's TPM, what happened to it, and which of its states it goes on with",
  arguments: "show SERVER | history SERVER | restore SERVER",
  description: `show      version and model, whose passphrase it has, its state and its endorsement keys with their certificates (PEM),
          and the last uses of the passphrase; what is not known says why. The rule sealstone:tpm:show says who may
history   the states that the vault had of the server's TPM, newest first: generation, time, host, size, SHA-256, cause; "kept" are
          those that can be restored
restore   a server that is off goes on with a kept state: it becomes the newest generation, and at the next start whatever
          the host has gives way to it. The reason is shown in the server's actions

SERVER is an id or a name. It speaks to the running cloud with the OS_ variables of the environment, or as the administrator
whose openrc is in the state directory.`,
  ownOptions: {
    limit: { value: "N", summary: `history: how many at most (default: ${defaultLimit})` },
    marker: { value: "N", summary: "history: those before this generation" },
    generation: { value: "N", summary: "restore: which state" },
    reason: { value: "TEXT", summary: "restore: why" },
  },
  async run({ config, rest: [verb, server, ...more], own }) {
    if (verb === "show" && server !== undefined && more.length === 0) {
      await print(await tpmShow(await cloudClient(config.statePath, process.env), server));
      return 0;
    }
    if ((verb !== "history" && verb !== "restore") || server === undefined || more.length > 0)
      throw new CloudError(
        "invalid",
        "tpm takes show SERVER, history SERVER, or restore SERVER --generation N --reason TEXT. See sealstone tpm --help.",
      );
    const restore = verb === "restore" ? restoreOf(own) : undefined;
    const client = await cloudClient(config.statePath, process.env);
    const id = await serverIdOf(client, server);
    const text =
      restore === undefined
        ? await historyText(client, id, pageOf(own))
        : await restoreText(client, id, restore);
    await print(`${text}\n`);
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

interface Page {
  readonly limit: number;
  readonly marker: string | undefined;
}

function pageOf(own: OwnValues): Page {
  const [limit, marker] = [own.texts("limit").at(-1) ?? String(defaultLimit), own.texts("marker").at(-1)];
  for (const [name, text] of [
    ["limit", limit],
    ["marker", marker],
  ] as const)
    if (text !== undefined && !/^[1-9]\d{0,8}$/.test(text))
      throw new CloudError("invalid", `--${name}: found "${text}", allowed is a whole number from 1 on.`);
  return { limit: Number(limit), marker };
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

interface HistoryAnswer {
  readonly "sealstone:tpm_history": History;
  readonly "sealstone:tpm_history_links"?: readonly { readonly href: string }[];
}

async function historyText(client: CloudClient, id: string, { limit, marker }: Page): Promise<string> {
  const query = new URLSearchParams({ limit: String(limit), ...(marker === undefined ? {} : { marker }) });
  const generations: History["generations"][number][] = [];
  let next: string | undefined = `/servers/${id}/sealstone:tpm/history?${query.toString()}`;
  let history: History | undefined;
  while (next !== undefined && generations.length < limit) {
    const answer = (await client.get("compute", next)) as HistoryAnswer;
    history ??= answer["sealstone:tpm_history"];
    generations.push(...answer["sealstone:tpm_history"].generations);
    next = answer["sealstone:tpm_history_links"]?.[0]?.href;
  }
  const shown = generations.slice(0, limit);
  if (history === undefined || shown.length === 0)
    return `The vault has no TPM state of server ${id}${marker === undefined ? "" : ` before generation ${marker}`}.`;
  const { running_interval: interval, memory_image: image } = history;
  const rows = [
    ["GENERATION", "TIME", "HOST", "BYTES", "SHA-256", "KEPT", "CAUSE"],
    ...shown.map((each) => [
      String(each.generation),
      each.time,
      each.host,
      String(each.size),
      each.sha256,
      each.kept ? "yes" : "no",
      each.cause,
    ]),
  ];
  const older = next !== undefined || generations.length > limit;
  return [
    tableText(rows).trimEnd(),
    ...(older ? [`There are older ones: --marker ${shown.at(-1)?.generation}`] : []),
    interval === null
      ? "No host runs it."
      : `Host ${interval.host} runs it, or ran it last, since ${interval.opened_at}.`,
    ...(image === null ? [] : [`It is suspended, with generation ${image.generation}.`]),
    ...(history.restore_pending
      ? ["An operator chose the newest generation; its host takes it at the next start."]
      : []),
  ].join("\n");
}

async function restoreText(client: CloudClient, id: string, restore: Restore): Promise<string> {
  const body = { "sealstone:tpmRestore": restore };
  const { generation } = (await client.post("compute", `/servers/${id}/action`, body)) as {
    readonly generation: number;
  };
  return `Generation ${restore.generation} is generation ${generation} now, the newest; server ${id} goes on with it at its next start.`;
}
