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

async function send(
  url: string,
  request: { method: string; body: unknown; version: string | undefined; token: string },
): Promise<Answer> {
  const bytes = request.body instanceof Uint8Array;
  const answer = await fetch(url, {
    method: request.method,
    headers: {
      "x-auth-token": request.token,
      accept: "application/json",
      ...(request.body === undefined
        ? {}
        : { "content-type": bytes ? "application/octet-stream" : "application/json" }),
      ...(request.version === undefined ? {} : { "openstack-api-version": `compute ${request.version}` }),
    },
    ...(request.body === undefined
      ? {}
      : { body: bytes ? (request.body as Uint8Array<ArrayBuffer>) : JSON.stringify(request.body) }),
  });
  const text = await answer.text();
  const json = answer.headers.get("content-type")?.includes("json") === true && text !== "";
  return { status: answer.status, headers: answer.headers, body: json ? JSON.parse(text) : text };
}

/** Waits until `look` answers something; fails after `timeoutMs`, by default before a test of a unit does. */
export async function eventually<T>(look: () => Promise<T | undefined>, timeoutMs = 25_000): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 20)) {
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
