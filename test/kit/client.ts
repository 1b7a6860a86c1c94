import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
  readonly body: any;
}

export interface Client {
  readonly token: string;
  readonly projectId: string;
  readonly userId: string;
  /** `version`: compute microversion. */
  send(method: string, path: string, body?: unknown, version?: string): Promise<Answer>;
}

/** A client with a token that is there already. */
export function clientOf(url: string, token: string): Pick<Client, "send"> {
  return { send: (method, path, body, version) => send(url + path, { method, body, version, token }) };
}

/** A token by password, scoped to a project of the domain `default`. */
export async function clientAuthenticate(
  url: string,
  who: { user: string; password: string; project: string },
): Promise<Client> {
  const domain = { id: "default" };
  const answer = await fetch(`${url}/identity/v3/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      auth: {
        identity: {
          methods: ["password"],
          password: { user: { name: who.user, domain, password: who.password } },
        },
        scope: { project: { name: who.project, domain } },
      },
    }),
  });
  const { token } = (await answer.json()) as { token: { project: { id: string }; user: { id: string } } };
  const value = answer.headers.get("x-subject-token") ?? "";
  return {
    token: value,
    projectId: token.project.id,
    userId: token.user.id,
    ...clientOf(url, value),
  };
}

/** Kept connections: what `fetch` does besides takes longer than most answers. */
const agent = new Agent({ keepAlive: true });

/** Rejects with a TypeError when the connection ends before the answer does. */
async function send(
  url: string,
  request: { method: string; body: unknown; version: string | undefined; token: string },
): Promise<Answer> {
  const { method, body, version, token } = request;
  const bytes = body === undefined || body instanceof Uint8Array ? body : JSON.stringify(body);
  const type = body instanceof Uint8Array ? "application/octet-stream" : "application/json";
  const headers = {
    "x-auth-token": token,
    accept: "application/json",
    ...(bytes === undefined ? {} : { "content-type": type, "content-length": Buffer.byteLength(bytes) }),
    ...(version === undefined ? {} : { "openstack-api-version": `compute ${version}` }),
  };
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      httpRequest(url, { method, headers, agent }, resolve).on("error", reject).end(bytes);
    });
    const said = await text(answer);
    const answered = new Headers(
      Object.entries(answer.headersDistinct).map(([name, values = []]) => [name, values.join(", ")]),
    );
    const json = answered.get("content-type")?.includes("json") === true && said !== "";
    return { status: answer.statusCode ?? 0, headers: answered, body: json ? JSON.parse(said) : said };
  } catch (cause) {
    throw new TypeError(`no answer to ${method} ${url}`, { cause });
  }
}

/** Waits until `look` answers something; fails after `timeoutMs`, by default before a test of a unit does. */
export async function eventually<T>(look: () => Promise<T | undefined>, timeoutMs = 25_000): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (let pauseMs = 3; ; pauseMs = Math.min(pauseMs * 2, 24)) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`not within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** An image with a few bytes of data, active. */
export async function imageMake(
  client: Pick<Client, "send">,
  properties: Record<string, unknown> = {},
): Promise<string> {
  const made = await client.send("POST", "/image/v2/images", {
    name: "test",
    disk_format: "raw",
    container_format: "bare",
    ...properties,
  });
  await client.send(
    "PUT",
    `/image/v2/images/${made.body.id}/file`,
    new TextEncoder().encode("bytes of an image"),
  );
  return made.body.id as string;
}
