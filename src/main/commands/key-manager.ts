import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CloudError } from "#base/errors.ts";
import { sleep } from "#base/clock.ts";
import type { Command } from "./command.ts";

interface RotationView {
  readonly project_id: string;
  readonly status: string;
  readonly total: number;
  readonly remaining: number;
}

export const keyManager: Command = {
  summary: "gives projects new keys",
  arguments: "rotate-project (PROJECT_ID | --all)",
  description: `rotate-project   gives the project, or all that have one, a new key-encryption key and moves all payloads to it, while the
                 cloud runs; payloads can be read and stored all the while. Asks the running cloud, as the administrator
                 of the openrc in the state directory, and shows how far it is. Interrupting this command interrupts
                 nothing: a rotation also survives the end of the cloud. Older keys are deleted a minute after its begin
                 at the earliest, when nothing needs them.`,
  ownOptions: { all: { summary: "all projects that have a key" } },
  async run({ config, rest: [verb, projectId, ...more], own }) {
    const isAll = own.flag("all");
    if (verb !== "rotate-project" || more.length > 0 || (projectId === undefined) !== isAll)
      throw new CloudError(
        "invalid",
        "key-manager takes rotate-project PROJECT_ID or rotate-project --all. See sealstone key-manager --help.",
      );
    const cloud = await cloudOf(join(config.statePath, "openrc"));
    const started = await cloud.ask("POST", isAll ? {} : { project_id: projectId });
    if (started.length === 0)
      console.log("Nothing to rotate: no project has a key, or all are on their way.");
    for (const one of started) console.log(`${one.project_id}: ${one.total} payloads to move`);
    await progressShow(cloud, new Set(started.map(({ project_id: id }) => id)));
    return 0;
  },
};

async function progressShow(cloud: Cloud, projectIds: Set<string>): Promise<void> {
  while (projectIds.size > 0) {
    for (const one of await cloud.ask("GET")) {
      if (!projectIds.has(one.project_id)) continue;
      console.log(`${one.project_id}: ${one.total - one.remaining} of ${one.total} moved`);
      if (one.status !== "RESEALING") projectIds.delete(one.project_id);
    }
    if (projectIds.size > 0) await sleep(1_000);
  }
}

interface Cloud {
  /** All pages of a list. */
  ask(method: "GET" | "POST", body?: object): Promise<RotationView[]>;
}

/** The running cloud, for the administrator whose openrc this is. */
async function cloudOf(openrcPath: string): Promise<Cloud> {
  const account = openrcParse(await openrcRead(openrcPath));
  const { token, endpoint } = await authenticate(account);
  return {
    async ask(method, body) {
      const found: RotationView[] = [];
      let url: string | undefined =
        `${endpoint}/v1/sealstone-rotations${method === "GET" ? "?limit=100" : ""}`;
      while (url !== undefined) {
        const answer: { rotations: RotationView[]; next?: string } = await json(
          await send(url, {
            method,
            headers: { "x-auth-token": token, "content-type": "application/json" },
            ...(body ? { body: JSON.stringify(body) } : {}),
          }),
        );
        found.push(...answer.rotations);
        url = answer.next;
      }
      return found;
    },
  };
}

type Openrc = Readonly<Record<string, string | undefined>>;

async function openrcRead(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new CloudError(
      "invalid",
      `The administrator's ${path} cannot be read. Name the cloud's state directory by --state-path.`,
      { cause },
    );
  }
}

function openrcParse(text: string): Openrc {
  return Object.fromEntries(
    [...text.matchAll(/^export (OS_\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
}

async function authenticate(account: Openrc): Promise<{ readonly token: string; readonly endpoint: string }> {
  const domain = { name: account["OS_USER_DOMAIN_NAME"] };
  const user = { name: account["OS_USERNAME"], password: account["OS_PASSWORD"], domain };
  const project = { name: account["OS_PROJECT_NAME"], domain: { name: account["OS_PROJECT_DOMAIN_NAME"] } };
  const auth = { identity: { methods: ["password"], password: { user } }, scope: { project } };
  const answer = await send(`${account["OS_AUTH_URL"]}/v3/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ auth }),
  });
  const { token } = await json<{
    token: { catalog: { type: string; endpoints: { interface: string; url: string }[] }[] };
  }>(answer);
  const service = token.catalog.find(({ type }) => type === "key-manager");
  const endpoint = service?.endpoints.find((one) => one.interface === "public")?.url;
  if (endpoint === undefined)
    throw new CloudError("unavailable", "The cloud's catalogue has no key manager.");
  return { token: answer.headers.get("x-subject-token") ?? "", endpoint };
}

async function send(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (cause) {
    throw new CloudError(
      "unavailable",
      `The cloud does not answer at ${url}. Start it: keys are rotated while it runs.`,
      {
        cause,
      },
    );
  }
}

async function json<T>(answer: Response): Promise<T> {
  const text = await answer.text();
  if (answer.ok) return JSON.parse(text) as T;
  throw new CloudError("invalid", `The cloud refused: ${answer.status} ${descriptionOf(text)}`);
}

/** Of Barbican's envelope, or Keystone's. */
function descriptionOf(text: string): string {
  try {
    const body = JSON.parse(text) as { description?: string; error?: { message?: string } };
    return body.description ?? body.error?.message ?? text;
  } catch {
    // Not of our services: shown as it is.
    return text.slice(0, 200);
  }
}
