import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CloudError, errorText } from "#base/errors.ts";
import { isUuid } from "#base/ids.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** Asks the running cloud, as whoever the environment says. */
export interface CloudClient {
  /** The JSON of a service (by its type in the catalogue), or of a whole URL. Throws `invalid` with the cloud's own words when it refuses. */
  get(service: string, path: string): Promise<unknown>;
  /** The JSON that a POST of `body` is answered with; refusals as for `get`. */
  post(service: string, path: string, body: object): Promise<unknown>;
}

/** `data` of what the client throws, for commands with words of their own. */
export interface CloudFailure {
  /** Of a refusal. */
  readonly status?: number;
  readonly said?: string;
  readonly silentUrl?: string;
  readonly unreadablePath?: string;
}

/** Signs in with the OS_ variables when OS_AUTH_URL is set, else as the administrator of the openrc file in the state directory. */
export async function cloudClient(statePath: string, env: Variables): Promise<CloudClient> {
  const account = env["OS_AUTH_URL"] === undefined ? await openrcRead(join(statePath, "openrc")) : env;
  const { token, urlOf } = await signIn(account);
  const headers = { "x-auth-token": token, "openstack-api-version": "compute 2.96" };
  return {
    get: async (service, path) => {
      const url = /^https?:/.test(path) ? path : urlOf(service) + path;
      return (await ask(url, { headers })).json;
    },
    post: async (service, path, body) =>
      (
        await ask(urlOf(service) + path, {
          method: "POST",
          headers: { ...headers, "content-type": "application/json" },
          body: JSON.stringify(body),
        })
      ).json,
  };
}

/** The id of the server that is meant, in whatever project. Throws `invalid` when the name is no one's or several servers'. */
export async function serverIdOf(client: CloudClient, server: string): Promise<string> {
  if (isUuid(server)) return server.toLowerCase();
  const exactly = `^${server.replaceAll(/[^\w-]/g, (character) => `\\${character}`)}$`;
  const query = new URLSearchParams({ all_tenants: "1", name: exactly }).toString();
  const { servers } = (await client.get("compute", `/servers?${query}`)) as { servers: { id: string }[] };
  const [only, ...others] = servers;
  if (only && others.length === 0) return only.id;
  throw new CloudError(
    "invalid",
    only
      ? `There are ${servers.length} servers named "${server}": ${servers.map(({ id }) => id).join(", ")}. Give the id.`
      : `There is no server named "${server}". One that was deleted is known by its id alone.`,
  );
}

async function openrcRead(path: string): Promise<Variables> {
  try {
    const lines = (await readFile(path, "utf8")).matchAll(/^export (OS_\w+)=(.*)$/gm);
    return Object.fromEntries([...lines].map(([, name = "", value]) => [name, value]));
  } catch (cause) {
    throw new CloudError(
      "invalid",
      `OS_AUTH_URL is not set and ${path} cannot be read: source an openrc file, or name the cloud's state directory by --state-path.`,
      { cause, data: { unreadablePath: path } },
    );
  }
}

interface Token {
  readonly catalog: readonly {
    readonly type: string;
    readonly endpoints: readonly { readonly interface: string; readonly url: string }[];
  }[];
}

async function signIn(account: Variables) {
  const text = (name: string, fallback = ""): string => account[name] ?? fallback;
  const user = {
    name: text("OS_USERNAME"),
    password: text("OS_PASSWORD"),
    domain: { name: text("OS_USER_DOMAIN_NAME", "Default") },
  };
  const project = {
    name: text("OS_PROJECT_NAME"),
    domain: { name: text("OS_PROJECT_DOMAIN_NAME", "Default") },
  };
  const identity = { methods: ["password"], password: { user } };
  const url = `${text("OS_AUTH_URL").replace(/\/+(v3\/*)?$/, "")}/v3/auth/tokens`;
  const { headers, json } = await ask(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ auth: { identity, scope: { project } } }),
  });
  const { catalog } = (json as { token: Token }).token;
  return {
    token: headers.get("x-subject-token") ?? "",
    urlOf: (service: string): string => {
      const endpoints = catalog.find(({ type }) => type === service)?.endpoints ?? [];
      const found = endpoints.find((endpoint) => endpoint.interface === "public");
      if (found) return found.url.replace(/\/+$/, "");
      throw new CloudError("invalid", `The cloud's catalogue has no public endpoint of the type ${service}.`);
    },
  };
}

async function ask(url: string, request: RequestInit): Promise<{ headers: Headers; json: unknown }> {
  const answer = await fetch(url, { ...request, signal: AbortSignal.timeout(60_000) }).catch(
    (cause: unknown) => {
      const why = errorText(cause instanceof Error ? (cause.cause ?? cause) : cause);
      throw new CloudError("invalid", `${url} does not answer (${why}): is the cloud up?`, {
        cause,
        data: { silentUrl: url },
      });
    },
  );
  const text = await answer.text();
  if (answer.ok) return { headers: answer.headers, json: JSON.parse(text) };
  const [status, said] = [answer.status, messageIn(text)];
  throw new CloudError("invalid", `The cloud says (${status}): ${said}`, { data: { status, said } });
}

/** The words of a refusal, in whichever service's envelope. */
function messageIn(text: string): string {
  const found = /"(?:message|detail|description)":("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
  return found === undefined ? text.slice(0, 200) : (JSON.parse(found) as string);
}
