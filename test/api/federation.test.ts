import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Secret } from "#base/secret.ts";
import { clientOf } from "../kit/client.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

const secret = "a secret that only the proxy has: 7c1b";
const path = "/identity/v3/OS-FEDERATION/identity_providers/sso/protocols/openid/auth";

let cloud: TestCloud;
let proxy: Awaited<ReturnType<typeof proxyStart>>;
beforeAll(async () => {
  cloud = await startTestCloud({
    federation: {
      trustedProxies: ["127.0.0.1"],
      proxySecret: new Secret(secret),
      assertionPrefix: "HTTP_OIDC_",
      remoteIdAttribute: "HTTP_OIDC_ISS",
    },
  });
  proxy = await proxyStart(cloud.url);
  await make("PUT", "mappings/sso", { mapping: { rules } });
  const provider = { enabled: true, remote_ids: ["https://sso"] };
  await make("PUT", "identity_providers/sso", { identity_provider: provider });
  await make("PUT", "identity_providers/sso/protocols/openid", { protocol: { mapping_id: "sso" } });
});
afterAll(async () => {
  await proxy.stop();
  await cloud.stop();
});

const rules = [
  {
    local: [
      { user: { name: "{0}" } },
      { groups: "{1}", domain: { id: "default" } },
      { projects: [{ name: "home of {0}", roles: [{ name: "member" }] }] },
    ],
    remote: [
      { type: "HTTP_OIDC_SUB" },
      { type: "HTTP_OIDC_GROUPS", whitelist: ["^team-"], regex: true },
      { type: "HTTP_OIDC_AUD", any_one_of: ["cloud"] },
    ],
  },
];

async function make(method: string, at: string, body: object): Promise<void> {
  const { status } = await cloud.admin.send(method, `/identity/v3/OS-FEDERATION/${at}`, body);
  expect(status).toBe(201);
}

/** As a web server with a sign-in module: who knows the password is whom it says, and no header of theirs that says so goes on. */
async function proxyStart(target: string) {
  const server = createServer((request, response) => {
    void (async () => {
      const user = request.headers.authorization === "Basic d2VuZHk6cGV0ZXI=" ? "wendy" : undefined;
      if (user === undefined) return response.writeHead(401).end();
      const answer = await fetch(target + (request.url ?? ""), {
        method: request.method ?? "GET",
        headers: {
          ...passedOn(request.headers),
          "X-Federation-Secret": secret,
          "OIDC-iss": "https://sso",
          "OIDC-sub": user,
          "OIDC-aud": "cloud",
          "OIDC-groups": "staff;team-red",
        },
      });
      const headers = { "x-subject-token": answer.headers.get("x-subject-token") ?? "" };
      return response.writeHead(answer.status, headers).end(await answer.text());
    })();
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

function passedOn(headers: IncomingHttpHeaders): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => name === "accept");
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

const wendy = { authorization: "Basic d2VuZHk6cGV0ZXI=" };

async function exchange(token: string, scope: object) {
  const identity = { methods: ["token"], token: { id: token } };
  const answer = await fetch(`${cloud.url}/identity/v3/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ auth: { identity, scope } }),
  });
  return { status: answer.status, token: answer.headers.get("x-subject-token") ?? "" };
}

test("whoever the proxy signed in gets a token, and by it one that the compute service takes", async () => {
  const team = await cloud.admin.send("POST", "/identity/v3/groups", { group: { name: "team-red" } });
  const member = await cloud.admin.send("GET", "/identity/v3/roles?name=member");
  const demo = await cloud.admin.send("GET", "/identity/v3/projects?name=demo");
  const projectId = demo.body.projects[0].id as string;
  const grant = `projects/${projectId}/groups/${team.body.group.id}/roles/${member.body.roles[0].id}`;
  expect((await cloud.admin.send("PUT", `/identity/v3/${grant}`)).status).toBe(204);

  const answer = await fetch(proxy.url + path, { headers: { ...wendy, "OIDC-sub": "admin" } });
  expect(answer.status).toBe(201);
  const unscoped = answer.headers.get("x-subject-token") ?? "";
  const { token } = (await answer.json()) as { token: { user: { id: string; name: string } } };
  expect(token.user).toMatchObject({
    name: "wendy",
    "OS-FEDERATION": { groups: [{ id: team.body.group.id }] },
  });

  const own = await clientOf(cloud.url, unscoped).send("GET", "/identity/v3/auth/projects");
  expect(own.body.projects.map(({ name }: { name: string }) => name)).toEqual(["demo", "home of wendy"]);
  for (const { id } of own.body.projects as { id: string }[]) {
    const scoped = await exchange(unscoped, { project: { id } });
    expect(scoped.status).toBe(201);
    const servers = await clientOf(cloud.url, scoped.token).send("GET", "/compute/v2.1/servers");
    expect(servers).toMatchObject({ status: 200, body: { servers: [] } });
  }
  const adminProject = { project: { name: "admin", domain: { id: "default" } } };
  expect((await exchange(unscoped, adminProject)).status).toBe(401);

  const scoped = await exchange(unscoped, { project: { id: projectId } });
  await cloud.restart();
  const after = await clientOf(cloud.url, scoped.token).send("GET", "/compute/v2.1/servers");
  expect(after.status).toBe(200);
});

test("who reaches the cloud without the proxy, and who does not get past it, is nobody", async () => {
  const forged = {
    "OIDC-iss": "https://sso",
    "OIDC-sub": "wendy",
    "OIDC-aud": "cloud",
    "OIDC-groups": "team-red",
  };
  expect((await fetch(cloud.url + path, { headers: forged })).status).toBe(401);
  const guessed = { ...forged, "X-Federation-Secret": secret.toUpperCase() };
  expect((await fetch(cloud.url + path, { method: "POST", headers: guessed })).status).toBe(401);
  expect((await fetch(proxy.url + path, { headers: forged })).status).toBe(401);
});
