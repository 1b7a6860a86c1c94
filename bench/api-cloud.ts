/**
 * The process that `api.bench.ts` measures: a control plane with one scripted host, and on a second port a bare Fastify
 * that answers what it was given. It prints both URLs and tokens as one line of JSON.
 */
import Fastify from "fastify";
import { startTestCloud } from "../test/kit/test-cloud.ts";

const cloud = await startTestCloud();
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
  void Promise.all([bare.close(), cloud.stop()]).then(() => process.exit(0));
});
