import Fastify from "fastify";
import { expect, test } from "vitest";
import { Reply } from "./operation.ts";
import { sendTogether } from "./send.ts";

const events: string[] = [];
const app = Fastify();
app.addHook("onSend", (_request, _reply, _payload, done) => {
  events.push("sent");
  done();
});
app.get("/:name", (request, reply) => {
  events.push("ready");
  const headers = (request.params as { name: string }).name === "bad" ? { "x-bad": "a\nb" } : {};
  sendTogether(reply, new Reply(200, {}, headers));
});

const statuses = async (names: readonly string[]): Promise<number[]> => {
  await app.ready();
  events.length = 0;
  const answers = await Promise.all(names.map((name) => app.inject({ method: "GET", url: `/${name}` })));
  return answers.map(({ statusCode }) => statusCode);
};

test("what is ready in one turn is sent when all of it is ready, 64 answers at most", async () => {
  const names = Array.from({ length: 100 }, (_, index) => String(index));
  expect(await statuses(names)).toEqual(names.map(() => 200));
  const times = (event: string, count: number): string[] => Array.from({ length: count }, () => event);
  expect(events).toEqual([
    ...times("ready", 64),
    ...times("sent", 64),
    ...times("ready", 36),
    ...times("sent", 36),
  ]);
});

test("an answer that cannot be sent keeps back no other", async () => {
  expect(await statuses(["a", "bad", "c"])).toEqual([200, 500, 200]);
});
