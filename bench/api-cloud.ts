/**
 * The process that `api.bench.ts` measures: a control plane with one scripted host, and on a second port a bare Fastify
 * that answers what it was given; under `/committed/` only after it has committed one row, as durably as the control plane
 * does. It prints both URLs and tokens as one line of JSON.
 */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import Fastify from "fastify";
import { startTestCloud } from "../test/kit/test-cloud.ts";

const cloud = await startTestCloud();
// A scripted host has no heart of its own, and one that is silent gets no servers.
const heartbeat = setInterval(() => void cloud.host.register(), 20_000);
const bare = Fastify({ bodyLimit: 64 * 1024 ** 2 });
const bodies = new Map<string, Buffer>();
bare.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
bare.put("/bare/:name", (request, reply) => {
  bodies.set((request.params as { name: string }).name, request.body as Buffer);
  return reply.code(204).send();
});
for (const method of ["GET", "POST"] as const) {
  bare.route({
    method,
    url: "/bare/:name",
    handler: (request, reply) =>
      reply
        .header("content-type", "application/json")
        .send(bodies.get((request.params as { name: string }).name)),
  });
}
const rows = new DatabaseSync(join(cloud.statePath, "bare.sqlite"));
rows.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE rows (body BLOB NOT NULL)");
const insert = rows.prepare("INSERT INTO rows VALUES (?)");
bare.post("/committed/:name", (request, reply) => {
  const body = bodies.get((request.params as { name: string }).name) ?? Buffer.alloc(0);
  insert.run(body);
  return reply.header("content-type", "application/json").send(body);
});
const bareUrl = await bare.listen({ host: "127.0.0.1", port: 0 });
console.log(
  JSON.stringify({
    url: cloud.url,
    bareUrl,
    statePath: cloud.statePath,
    admin: cloud.admin.token,
    demo: cloud.demo.token,
    adminUserId: cloud.admin.userId,
    demoProjectId: cloud.demo.projectId,
  }),
);
process.once("SIGTERM", () => {
  clearInterval(heartbeat);
  void bare
    .close()
    .then(() => rows.close())
    .then(() => cloud.stop())
    .then(() => process.exit(0));
});
