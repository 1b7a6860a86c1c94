import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { newRequestId } from "#base/ids.ts";
import { identityEnvelope, statusOfCode } from "./envelopes.ts";
import { serviceAt, type Service } from "./service.ts";

/** What Node's HTTP parser says of bytes that are no request. */
interface ParserError extends Error {
  readonly code?: string;
  /** The bytes that it read last: a Buffer, whatever the declarations say. */
  readonly rawPacket?: unknown;
}

const messages: Readonly<Record<string, string>> = {
  HPE_INVALID_CONTENT_LENGTH: "content-length header must be an integer",
  HPE_HEADER_OVERFLOW: "The headers of the request are too large.",
  ERR_HTTP_REQUEST_TIMEOUT: "The request took too long to arrive.",
};

/**
 * Answers what never became a request, in the envelope of the service that its first line names, and closes the
 * connection: nobody knows where a next request would begin.
 */
export function clientErrorAnswer(byPrefix: readonly Service[], error: ParserError, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const packet = Buffer.isBuffer(error.rawPacket) ? error.rawPacket.toString("latin1") : "";
  const [, url = ""] = (packet.split("\r\n", 1)[0] ?? "").split(" ");
  const service = serviceAt(byPrefix, url.split("?")[0] ?? "");
  const envelope = service?.envelope ?? identityEnvelope;
  const requestId = newRequestId();
  const status = statusOfCode.invalid;
  const message = messages[error.code ?? ""] ?? "The request could not be read: it is not valid HTTP.";
  const body = Buffer.from(
    JSON.stringify(envelope.body({ status, code: "invalid", message, requestId, data: {} })),
  );
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "content-type: application/json",
    `content-length: ${body.length}`,
    `x-openstack-request-id: ${requestId}`,
    ...(service?.requestIdHeader === undefined ? [] : [`${service.requestIdHeader}: ${requestId}`]),
    "connection: close",
  ];
  socket.end(Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), body]));
}
