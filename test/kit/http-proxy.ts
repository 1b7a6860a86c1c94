import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export interface HttpProxy {
  readonly url: string;
  readonly requests: readonly { readonly method: string; readonly path: string }[];
  /** Before a request goes on. */
  delayMs: number;
  /** Of these the answer came and is not handed on; undefined: of none. */
  withhold: ((method: string) => boolean) | undefined;
  /** How many answers are withheld now. */
  withheld: number;
  /** How many clients have left before they had an answer. */
  left: number;
  /** Nobody listens any more. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Between a client and a server that it does not know of: counts, slows down, and keeps answers back. */
export async function httpProxy(port: number, target: string): Promise<HttpProxy> {
  const requests: { method: string; path: string }[] = [];
  const server = createServer(
    (request, response) => void forward(proxy, requests, target, request, response),
  );
  const proxy: HttpProxy = {
    url: `http://127.0.0.1:${port}`,
    requests,
    delayMs: 0,
    withhold: undefined,
    withheld: 0,
    left: 0,
    start: () => new Promise<void>((resolve) => void server.listen(port, "127.0.0.1", resolve)),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await proxy.start();
  return proxy;
}

async function forward(
  proxy: HttpProxy,
  requests: { method: string; path: string }[],
  target: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "GET", url: path = "", headers } = request;
  requests.push({ method, path });
  response.once("close", () => {
    if (!response.writableFinished) proxy.left += 1;
  });
  if (proxy.delayMs > 0) await sleep(proxy.delayMs, undefined, { ref: false });
  if (request.destroyed) return;
  const onward = httpRequest(target + path, { method, headers, agent: false }, (answer) => {
    if (proxy.withhold?.(method) === true) {
      proxy.withheld += 1;
      answer.resume();
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  // Whoever is behind it does not answer: no more does it.
  onward.once("error", () => request.socket.resetAndDestroy());
  request.pipe(onward);
}
