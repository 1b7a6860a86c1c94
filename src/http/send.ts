import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { wipe } from "#base/secret.ts";
import { noHeaders, SecretBytes, type Reply } from "./operation.ts";
import { ReadyJson } from "./ready-json.ts";

/** Answers that go out together at most, so that the first is not kept waiting for ever. */
const togetherLimit = 64;

interface Answer {
  readonly reply: FastifyReply;
  readonly answer: Reply;
}

let ready: Answer[] = [];
let turn: NodeJS.Immediate | undefined;

/**
 * What became ready in one turn of the event loop is sent at its end, one answer right after the other: a write to a client
 * that sleeps wakes it, which costs more than most requests do, and those that follow find it awake (decision 28).
 */
export function sendTogether(reply: FastifyReply, answer: Reply): void {
  ready.push({ reply, answer });
  turn ??= setImmediate(sendReady);
  if (ready.length === togetherLimit) sendReady();
}

function sendReady(): void {
  clearImmediate(turn);
  const answers = ready;
  [ready, turn] = [[], undefined];
  for (const { reply, answer } of answers) {
    try {
      send(reply, answer);
    } catch (error) {
      reply.send(error);
    }
  }
}

const asIs = (payload: unknown): string => payload as string;

function send(reply: FastifyReply, { body, headers }: Reply): FastifyReply {
  if (headers !== noHeaders) reply.headers(headers);
  if (body === undefined) return reply.send();
  if (body instanceof SecretBytes) return sendSecret(reply, body);
  if (Buffer.isBuffer(body) || body instanceof Readable) return reply.send(body);
  if (headers === noHeaders || !reply.hasHeader("content-type"))
    reply.header("content-type", "application/json");
  // Without a serializer of our own Fastify adds a charset, which JSON has not and OpenStack does not send.
  return reply.serializer(asIs).send(body instanceof ReadyJson ? body.body : JSON.stringify(body));
}

/** Wiped when the connection has taken it, which is mostly at once. */
function sendSecret(reply: FastifyReply, { bytes }: SecretBytes): FastifyReply {
  reply.send(bytes);
  if (reply.raw.socket?.writableLength === 0) wipe(bytes);
  else reply.raw.once("close", () => wipe(bytes));
  return reply;
}
