import type { FastifyReply, FastifyRequest } from "fastify";
import type { HttpServerOptions } from "./service.ts";

/**
 * One line for each answer, when it is ready to be sent: waiting for the socket to take it costs every request more than the
 * line does. A stream (an image) is waited for.
 */
export function logAnswer(
  { log, clock }: Pick<HttpServerOptions, "log" | "clock">,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  log.info(
    {
      requestId: request.requestId,
      method: request.method,
      path: pathOf(request.url),
      status: reply.statusCode,
      durationMs: clock.now() - request.startedAt,
    },
    "request",
  );
}

function pathOf(url: string): string {
  const end = url.indexOf("?");
  return end < 0 ? url : url.slice(0, end);
}
