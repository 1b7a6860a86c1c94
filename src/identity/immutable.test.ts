import { afterAll, beforeAll, expect, test } from "vitest";
import { passwords, projectScope, startTestCloud, type TestCloud } from "./testing/cloud.ts";

let cloud: TestCloud;
let token: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  token = await cloud.signIn("admin", passwords.admin, projectScope("admin"));
});
afterAll(() => cloud.close());

const send = (method: "POST" | "PATCH" | "DELETE" | "PUT" | "GET", path: string, body?: unknown) =>
  cloud.send(method, `/v3/${path}`, { token, ...(body === undefined ? {} : { body }) });

test.each(["project", "domain", "role"])(
  "an immutable %s stays as it is until the option is taken away",
  async (kind) => {
    const fields = {
      name: `fixed ${kind}`,
      options: { immutable: true },
      ...(kind === "role" ? {} : { enabled: false }),
    };
    const made = await send("POST", `${kind}s`, { [kind]: fields });
    expect([made.status, made.body[kind].options]).toEqual([201, { immutable: true }]);
    const one = `${kind}s/${made.body[kind].id}`;
    const change = (body: object) => send("PATCH", one, { [kind]: body });
    for (const body of [
      { name: "other" },
      { name: "other", options: { immutable: false } },
      { options: { immutable: true } },
    ])
      expect([body, (await change(body)).status]).toEqual([body, 403]);
    expect((await send("DELETE", one)).body.error.message).toMatch(
      `Unable to delete immutable ${kind} resource`,
    );
    if (kind === "project") expect((await send("PUT", `${one}/tags/new`)).status).toBe(403);
    const freed = await change({ options: { immutable: null } });
    expect([freed.status, freed.body[kind].options]).toEqual([200, {}]);
    expect((await change({ name: `free ${kind}` })).status).toBe(200);
    expect((await change({ options: { other: 1 } })).status).toBe(400);
    expect((await send("DELETE", one)).status).toBe(204);
  },
);

test("a domain keeps what Keystone does not know, its tags, and the id that it was given", async () => {
  const id = "0123456789abcdef0123456789abcdef";
  const fields = { name: "twin", tags: ["a"], colour: "red", explicit_domain_id: id };
  const made = await send("POST", "domains", { domain: fields });
  expect(made.status).toBe(201);
  expect(made.body.domain).toMatchObject({ id, tags: ["a"], colour: "red", options: {} });
  expect(made.body.domain).not.toHaveProperty("explicit_domain_id");
  expect((await send("POST", "domains", { domain: { ...fields, name: "other" } })).status).toBe(409);
  expect((await send("POST", "domains", { domain: { ...fields, explicit_domain_id: "x" } })).status).toBe(
    400,
  );
  const changed = await send("PATCH", `domains/${id}`, { domain: { size: 3, tags: [] } });
  expect(changed.body.domain).toMatchObject({ colour: "red", size: 3, tags: [] });
  expect((await send("GET", `projects/${id}`)).body.project).toMatchObject({
    is_domain: true,
    colour: "red",
  });
});
