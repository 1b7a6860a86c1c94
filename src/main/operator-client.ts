import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CloudError } from "#base/errors.ts";

/** Speaks to the running cloud's compute API as an operator. */
export interface OperatorClient {
  /** The body of the answer. Throws `invalid`, with what the cloud says, when it refuses. */
  send(method: "GET" | "POST", path: string, body?: object): Promise<unknown>;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** With the OS_ variables of the environment; without them, those of the administrator's openrc file in the state directory. */
export async function operatorClient(statePath: string, env: Variables): Promise<OperatorClient> {
  const from = env["OS_AUTH_URL"] === undefined ? await openrcRead(statePath) : env;
  const { token, computeUrl } = await signIn(from);
  return {
    async send(method, path, body) {
      const answer = await ask(computeUrl + path, method, body, {
        "x-auth-token": token,
        "openstack-api-version": "compute 2.96",
      });
      return await answer.json();
    },
  };
}

async function openrcRead(statePath: string): Promise<Variables> {
  const path = join(statePath, "openrc");
  try {
    const text = await readFile(path, "utf8");
    return Object.fromEntries(
      [...text.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
    );
  } catch (cause) {
    throw new CloudError(
      "invalid",
      `Neither OS_AUTH_URL is set nor can ${path} be read: source an administrator's openrc file, or give --state-path.`,
      { cause },
    );
  }
}

interface Token {
  readonly token: {
    readonly catalog: readonly {
      readonly type: string;
      readonly endpoints: readonly { readonly interface: string; readonly url: string }[];
    }[];
  };
}

async function signIn(from: Variables): Promise<{ readonly token: string; readonly computeUrl: string }> {
  const of = (name: string): string => from[name] ?? "";
  const user = {
    name: of("OS_USERNAME"),
    domain: { name: from["OS_USER_DOMAIN_NAME"] ?? "Default" },
    password: of("OS_PASSWORD"),
  };
  const project = {
    name: of("OS_PROJECT_NAME"),
    domain: { name: from["OS_PROJECT_DOMAIN_NAME"] ?? "Default" },
  };
  const auth = { identity: { methods: ["password"], password: { user } }, scope: { project } };
  const answer = await ask(`${of("OS_AUTH_URL").replace(/\/v3\/?$/, "")}/v3/auth/tokens`, "POST", { auth });
  const { token } = (await answer.json()) as Token;
  const compute = token.catalog.find(({ type }) => type === "compute");
  const url = compute?.endpoints.find((endpoint) => endpoint.interface === "public")?.url;
  if (url === undefined) throw new CloudError("invalid", "The cloud's catalogue names no compute service.");
  return { token: answer.headers.get("x-subject-token") ?? "", computeUrl: url };
}

async function ask(
  url: string,
  method: string,
  body: object | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const request = {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  const answer = await fetch(url, request).catch((cause: unknown) => {
    throw new CloudError("invalid", `The cloud does not answer at ${url}: is it running?`, { cause });
  });
  if (answer.ok) return answer;
  throw new CloudError("invalid", messageIn(await answer.text()) ?? `The cloud answered ${answer.status}.`);
}

/** `{"itemNotFound": {"message": …}}` and `{"error": {"message": …}}` alike. */
function messageIn(text: string): string | undefined {
  try {
    const [error] = Object.values(JSON.parse(text) as Record<string, { readonly message?: string }>);
    return error?.message;
  } catch {
    // Whatever stands before the cloud answered in its own way.
    return undefined;
  }
}
