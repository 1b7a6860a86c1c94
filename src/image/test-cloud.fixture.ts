import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "#base/clock.ts";
import { CloudError } from "#base/errors.ts";
import { silentLogger } from "#base/logger.ts";
import { openTestDatabase } from "#db/testing/index.ts";
import { anonymous, createHttpServer, type Caller } from "#http/index.ts";
import { createImage, imageMigrations } from "./index.ts";

export const callers: Readonly<Record<string, Caller>> = {
  admin: { ...anonymous, userId: "u0", projectId: "admin-project", roles: ["admin", "member", "reader"] },
  alice: { ...anonymous, userId: "u1", projectId: "p1", roles: ["member", "reader"] },
  bob: { ...anonymous, userId: "u2", projectId: "p2", roles: ["member", "reader"] },
  carol: { ...anonymous, userId: "u4", projectId: "p3", roles: ["member", "reader"] },
  reader: { ...anonymous, userId: "u3", projectId: "p1", roles: ["reader"] },
};

export type ImageCloud = Awaited<ReturnType<typeof startImageCloud>>;

/** The image service alone, over HTTP; the token is the caller's name. */
export async function startImageCloud() {
  const folder = await mkdtemp(join(tmpdir(), "sealstone-image-"));
  const imagesFolder = join(folder, "images");
  const database = await openTestDatabase(imageMigrations);
  const image = createImage({ database, clock: systemClock, log: silentLogger, imagesFolder });
  const app = createHttpServer({
    services: [image.service],
    authenticate: (token) => {
      const caller = callers[token];
      if (caller) return Promise.resolve(caller);
      return Promise.reject(
        new CloudError("unauthenticated", "The request you have made requires authentication."),
      );
    },
    log: silentLogger,
    clock: systemClock,
  });
  return {
    app,
    image,
    database,
    folder,
    imagesFolder,
    files: () => readdir(imagesFolder).catch((): string[] => []),
    async send(
      token: string,
      method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
      path: string,
      payload?: unknown,
      headers: Record<string, string> = {},
    ) {
      const isBytes = typeof payload === "string" || Buffer.isBuffer(payload);
      const type = isBytes ? "application/octet-stream" : "application/json";
      const answer = await app.inject({
        method,
        url: `/image${path}`,
        headers: {
          "x-auth-token": token,
          ...(payload === undefined ? {} : { "content-type": type }),
          ...headers,
        },
        ...(payload === undefined ? {} : { payload: isBytes ? payload : JSON.stringify(payload) }),
      });
      const isJson = String(answer.headers["content-type"]).startsWith("application/json");
      return {
        status: answer.statusCode,
        headers: answer.headers,
        bytes: answer.rawPayload,
        body: isJson ? answer.json() : undefined,
      };
    },
    async stop() {
      await app.close();
      await database.close();
      await rm(folder, { recursive: true });
    },
  };
}
