import { request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { wipe } from "#base/secret.ts";

export interface Exchange {
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Stays the caller's, who wipes it. */
  readonly body?: Buffer | undefined;
  /** From the first byte out to the last byte in. */
  readonly timeoutMs: number;
  /** Aborted: the connection is closed at once. */
  readonly signal?: AbortSignal | undefined;
  readonly tls: { readonly verify: boolean; readonly ca: string | undefined };
}

export interface Answered {
  readonly status: number;
  /** The caller wipes it when it is a secret. */
  readonly body: Buffer;
}

/** What a request came to that was not answered. */
export class Unanswered extends Error {
  override readonly name = "Unanswered";
  readonly kind: "no-connection" | "broken" | "timeout" | "left";

  /** `no-connection`: nothing was sent; `broken`: the connection ended in the middle; `left`: the signal was aborted. */
  constructor(kind: Unanswered["kind"], message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

/** Nothing that we ask for is larger. */
const answerLimit = 1024 * 1024;

/**
 * One HTTP request on a connection of its own. Throws `Unanswered` only. Fetch has no way to another
 * certificate authority, and hands bodies on in ways that cannot be wiped.
 */
export async function exchange(asked: Exchange): Promise<Answered> {
  const timeout = AbortSignal.timeout(asked.timeoutMs);
  const { signal: left } = asked;
  const signal = left ? AbortSignal.any([timeout, left]) : timeout;
  let connected = false;
  try {
    const request = open(asked, signal);
    request.once("socket", (socket) =>
      socket.once(asked.url.startsWith("https:") ? "secureConnect" : "connect", () => (connected = true)),
    );
    return await answerOf(request, asked.body);
  } catch (cause) {
    if (left?.aborted === true) throw new Unanswered("left", "the client closed the connection", cause);
    if (timeout.aborted) throw new Unanswered("timeout", `no answer within ${asked.timeoutMs} ms`, cause);
    throw new Unanswered(connected ? "broken" : "no-connection", reasonOf(cause), cause);
  }
}

function open({ url, method, headers, body, tls }: Exchange, signal: AbortSignal): ClientRequest {
  const length = body === undefined ? {} : { "content-length": String(body.length) };
  const options = { method, headers: { ...headers, ...length }, agent: false, signal } as const;
  return url.startsWith("https:")
    ? httpsRequest(url, {
        ...options,
        rejectUnauthorized: tls.verify,
        ...(tls.ca === undefined ? {} : { ca: tls.ca }),
      })
    : httpRequest(url, options);
}

function answerOf(request: ClientRequest, body: Buffer | undefined): Promise<Answered> {
  return new Promise((resolve, reject) => {
    request.once("error", reject);
    request.once("response", (response) => {
      bodyOf(response).then((bytes) => resolve({ status: response.statusCode ?? 0, body: bytes }), reject);
    });
    request.end(body);
  });
}

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > answerLimit) throw new Error(`an answer of more than ${answerLimit} bytes`);
    }
    return Buffer.concat(chunks);
  } finally {
    for (const chunk of chunks) wipe(chunk);
  }
}

/** Where a name has several addresses, Node gives one error for each, and no text of its own. */
function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  const message = error instanceof Error ? error.message : String(error);
  if (code === undefined) return message;
  return message === "" || message.includes(code) ? code : `${code}: ${message}`;
}
