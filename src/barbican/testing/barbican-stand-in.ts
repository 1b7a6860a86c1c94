import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";

export interface StandInRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly token: string;
  readonly serviceToken?: string;
}

interface StoredSecret {
  readonly name: string;
  readonly token: string;
  readonly contentType: string;
  readonly payload: Buffer;
}

export interface BarbicanStandIn {
  readonly url: string;
  readonly requests: readonly StandInRequest[];
  readonly secrets: Map<string, StoredSecret>;
  /** Answers instead of Barbican: a status, `hang` (nothing), `reset`, or `lost` (done, and not said); undefined: as Barbican. */
  interfere: (request: StandInRequest) => number | "hang" | "reset" | "lost" | undefined;
  /** How many connections were cut off by the other side. */
  left: number;
  stop(): Promise<void>;
  start(): Promise<void>;
}

const titles: Readonly<Record<number, string>> = { 401: "Unauthorized", 403: "Forbidden", 404: "Not Found" };

/**
 * Barbican's protocol, as much of it as the cloud uses, with its words, for tests of what happens when it fails. Rules are its
 * script's: what a real Barbican allows whom is seen with a real one (test/compat/barbican.test.ts).
 */
export async function barbicanStandIn(
  tls?: Readonly<Record<"key" | "cert", string>>,
): Promise<BarbicanStandIn> {
  const requests: StandInRequest[] = [];
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    void answer(standIn, requests, request, response);
  };
  const serve = (): Server => (tls ? createTlsServer(tls, handle) : createServer(handle));
  let server = serve();
  let port = 0;
  const start = async (): Promise<void> => {
    server = serve();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    const address = server.address();
    port = typeof address === "object" && address ? address.port : 0;
  };
  await start();
  const standIn: BarbicanStandIn = {
    url: `${tls ? "https" : "http"}://127.0.0.1:${port}`,
    requests,
    secrets: new Map(),
    interfere: () => undefined,
    left: 0,
    start,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return standIn;
}

async function answer(
  standIn: BarbicanStandIn,
  requests: StandInRequest[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "", url: path = "" } = request;
  const { "x-auth-token": token, "x-service-token": serviceToken } = request.headers;
  const service = serviceToken === undefined ? {} : { serviceToken: String(serviceToken) };
  const asked = { method, path, token: String(token), ...service };
  requests.push(asked);
  response.once("close", () => {
    if (!response.writableFinished) standIn.left += 1;
  });
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const instead = standIn.interfere(asked);
  if (instead === "hang") return;
  if (instead === "lost")
    asBarbican(standIn, asked, Buffer.concat(chunks), () => request.socket.resetAndDestroy());
  else if (instead === "reset") request.socket.resetAndDestroy();
  else if (instead !== undefined) refuse(sayTo(response), instead);
  else asBarbican(standIn, asked, Buffer.concat(chunks), sayTo(response));
}

/** `body`: JSON, or the bytes of a payload. */
type Say = (status: number, body?: object | Buffer, contentType?: string) => void;

function refuse(say: Say, status: number, description = `Barbican says ${status}`): void {
  say(status, { code: status, title: titles[status] ?? "Error", description });
}

function sayTo(response: ServerResponse): Say {
  return (status, body, contentType = "application/json") => {
    response.writeHead(status, { "content-type": contentType });
    response.end(body === undefined || Buffer.isBuffer(body) ? body : JSON.stringify(body));
  };
}

function asBarbican(
  { secrets, url }: BarbicanStandIn,
  { method, path, token }: StandInRequest,
  body: Buffer,
  say: Say,
): void {
  const at = new URL(path, url);
  const [, version, , id = "", part] = at.pathname.split("/");
  if (version !== "v1") return refuse(say, 404);
  const reference = (secret: string): string => `${url}/v1/secrets/${secret}`;
  if (method === "POST") {
    const facts = JSON.parse(body.toString("utf8")) as Record<string, string>;
    const made = randomUUID();
    const payload = Buffer.from(facts["payload"] ?? "", "base64");
    const contentType = facts["payload_content_type"] ?? "";
    secrets.set(made, { name: facts["name"] ?? "", token, contentType, payload });
    return say(201, { secret_ref: reference(made) });
  }
  if (id === "") {
    const found = [...secrets].filter(([, { name }]) => name === at.searchParams.get("name"));
    const listed = found.map(([secret, { name }]) => ({ name, secret_ref: reference(secret) }));
    return say(200, { secrets: listed, total: listed.length });
  }
  const secret = secrets.get(id);
  if (!secret) return refuse(say, 404, "Secret not found.");
  if (method === "DELETE") {
    secrets.delete(id);
    say(204);
  } else if (part === "payload") say(200, secret.payload, secret.contentType);
  else refuse(say, 405);
}
