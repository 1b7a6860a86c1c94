import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { configLoad } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "sealstone-config-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "sealstone.conf");

function load(
  content: string,
  env: Record<string, string> = {},
  overrides: { statePath?: string; port?: string } = {},
) {
  writeFileSync(path, content);
  return configLoad({ path, env, defaultStatePath: join(folder, "state"), overrides });
}

test("defaults", () => {
  const config = load("");
  expect(config).toMatchObject({
    statePath: join(folder, "state"),
    database: { kind: "sqlite", path: join(folder, "state", "sealstone.sqlite") },
    api: { listenAddress: "127.0.0.1", listenPort: 8700, publicUrl: "http://127.0.0.1:8700" },
    resumeGuestsStateOnHostBoot: false,
    libvirt: {
      swtpmEnabled: true,
      swtpmUser: "tss",
      supportedTpmSecretSecurity: ["user", "host", "deployment"],
    },
    keyManager: { backend: "embedded" },
    placement: { randomizeCandidates: false },
    audit: { retentionDays: undefined },
    policyFile: { path: join(folder, "state", "policy.yaml"), named: false },
  });
  for (const part of [
    config,
    config.api,
    config.audit,
    config.database,
    config.libvirt,
    config.keyManager,
    config.placement,
    config.policyFile,
  ]) {
    expect(Object.isFrozen(part)).toBe(true);
  }
});

test("file, then environment, then command line", () => {
  const content = "# comment\n[api]\nlisten_port = 1\n; another\n[libvirt]\nvirt_type=kvm\n";
  expect(load(content)).toMatchObject({ api: { listenPort: 1 }, libvirt: { virtType: "kvm" } });
  expect(load("[placement]\nrandomize_allocation_candidates = true\n").placement).toEqual({
    randomizeCandidates: true,
  });
  const env = {
    SEALSTONE_API__LISTEN_PORT: "2",
    SEALSTONE_LIBVIRT__VIRT_TYPE: "qemu",
    SEALSTONE_DEFAULT__DEBUG: "True",
  };
  expect(load(content, env)).toMatchObject({
    debug: true,
    api: { listenPort: 2 },
    libvirt: { virtType: "qemu" },
  });
  expect(load(content, env, { port: "3", statePath: "/x" })).toMatchObject({
    statePath: "/x",
    api: { listenPort: 3 },
  });
});

test("the audit is kept for ever, or for days", () => {
  expect(load("[audit]\nretention_days = 0").audit.retentionDays).toBeUndefined();
  expect(load("[audit]\nretention_days = 365").audit.retentionDays).toBe(365);
  expect(() => load("[audit]\nretention_days = -1")).toThrow(
    'retention_days: found "-1", allowed is an integer from 0 to 36500',
  );
});

test("an external Barbican, with the options that castellan has for Nova", () => {
  const backend = "[key_manager]\nbackend = barbican\n[barbican]\n";
  expect(load("[barbican]\nbarbican_endpoint = http://b").keyManager).toEqual({ backend: "embedded" });
  expect(load(backend).keyManager).toEqual({
    backend: "barbican",
    barbican: {
      endpointType: "public",
      sendServiceToken: false,
      verifySsl: true,
      timeoutMs: 30_000,
      retries: 1,
      retryDelayMs: 1_000,
    },
  });
  const options = [
    "auth_endpoint = http://controller/identity/v3",
    "send_service_user_token = True",
    "barbican_endpoint_type = internal",
    "barbican_region_name = RegionTwo",
    "verify_ssl = False",
    "timeout = 5",
    "number_of_retries = 3",
    "retry_delay = 2",
  ].join("\n");
  for (const url of ["https://barbican:9311", "https://barbican:9311/", "https://barbican:9311/v1/"]) {
    expect(load(`${backend}barbican_endpoint = ${url}\n${options}`).keyManager.barbican).toEqual({
      endpoint: "https://barbican:9311",
      endpointType: "internal",
      regionName: "RegionTwo",
      authEndpoint: "http://controller/identity/v3",
      sendServiceToken: true,
      verifySsl: false,
      ca: undefined,
      timeoutMs: 5_000,
      retries: 3,
      retryDelayMs: 2_000,
    });
  }
});

test("the policy file is beside the configuration file that names it, or where it says", () => {
  const relative = { path: join(folder, "mine.yaml"), named: true };
  expect(load("[oslo_policy]\npolicy_file = mine.yaml").policyFile).toEqual(relative);
  expect(load("[oslo_policy]\npolicy_file = /etc/nova/policy.yaml").policyFile.path).toBe(
    "/etc/nova/policy.yaml",
  );
  expect(load("[oslo_policy]\npolicy_file = a", { SEALSTONE_OSLO_POLICY__POLICY_FILE: "b" })).toMatchObject({
    policyFile: { path: join(folder, "b") },
  });
  expect(load("[DEFAULT]\nstate_path = /elsewhere").policyFile).toEqual({
    path: "/elsewhere/policy.yaml",
    named: false,
  });
});

test("sealstone.conf of the state directory is read unless another is named", () => {
  writeFileSync(path, "[api]\nlisten_port = 77\n");
  expect(
    configLoad({ path: undefined, env: {}, defaultStatePath: folder, overrides: {} }).api.listenPort,
  ).toBe(77);
});

test("a proxy is trusted with its address and a secret that its owner alone can read", () => {
  expect(load("").federation).toBeUndefined();
  const secretPath = join(folder, "proxy.secret");
  const proxies = "[federation]\ntrusted_proxies = 10.0.0.5, 10.1.0.0/24, fd00::/8\n";
  const content = `${proxies}proxy_secret_file = ${secretPath}\n`;
  const refused = () => {
    expect(() => load(content)).toThrow(
      "allowed is a file with at least 32 characters that its owner alone may read",
    );
  };
  refused();
  writeFileSync(secretPath, `${"s".repeat(32)}\n`, { mode: 0o640 });
  refused();
  chmodSync(secretPath, 0o600);
  const { federation } = load(content);
  expect(federation).toMatchObject({
    trustedProxies: ["10.0.0.5", "10.1.0.0/24", "fd00::/8"],
    assertionPrefix: "HTTP_OIDC_",
    remoteIdAttribute: undefined,
  });
  expect(federation?.proxySecret.expose()).toBe("s".repeat(32));
  writeFileSync(secretPath, "short");
  refused();
  expect(() => load(proxies)).toThrow("without [federation] proxy_secret_file");
  expect(() => load("[federation]\ntrusted_proxies = 10.0.0.0/33")).toThrow('found "10.0.0.0/33"');
  expect(() => load("[federation]\ntrusted_proxies = proxy.example.org")).toThrow(
    "a comma-separated list of addresses",
  );
});

test.each([
  [
    "[libvrt]\nvirt_type = qemu",
    ':1: [libvrt]: found the unknown section "libvrt" (did you mean libvirt?), allowed are: DEFAULT, api, audit, barbican, database, federation, libvirt, key_manager, oslo_policy, placement, tpm_pool, tpm_vault.',
  ],
  [
    "[libvirt]\nswtpm_enable = True",
    ':2: [libvirt] swtpm_enable: found the unknown option of [libvirt] "swtpm_enable" (did you mean swtpm_enabled?), allowed are: virt_type,',
  ],
  [
    "[api]\n\nlisten_port = many",
    ':3: [api] listen_port: found "many", allowed is an integer from 1 to 65535.',
  ],
  ["[libvirt]\nvirt_type = xen", ':2: [libvirt] virt_type: found "xen", allowed is one of: kvm, qemu.'],
  [
    "[libvirt]\nswtpm_enabled = maybe",
    ':2: [libvirt] swtpm_enabled: found "maybe", allowed is True or False.',
  ],
  [
    "[key_manager]\nbackend = none",
    ":2: [libvirt] swtpm_enabled: found True together with [key_manager] backend = none, allowed is",
  ],
  ["debug", ':1: found "debug", allowed are [section], option = value and # comments.'],
  ["instances_path = here", ':1: [DEFAULT] instances_path: found "here", allowed is an absolute path'],
  [
    "[database]\nconnection = postgresql://u:hunter2@h",
    ":2: [database] connection: found a postgresql URL without the name of a database, allowed is sqlite:////absolute/path or postgresql://user:password@host:port/name.",
  ],
  [
    "[database]\nconnection = postgresql://u:hunter2%zz@h/d",
    ":2: [database] connection: found a postgresql URL with a % that is not followed by two hexadecimal digits, allowed is",
  ],
  [
    "[database]\nconnection = postgresql://u:hunter2@h:port/d",
    ":2: [database] connection: found a postgresql URL that cannot be read (",
  ],
  [
    "[database]\nconnection = mysql://u:hunter2@h/d",
    ":2: [database] connection: found a mysql URL, allowed is",
  ],
  [
    "[database]\nconnection postgresql://u:hunter2@h/d",
    ':2: found "connection" and more without "=", allowed are [section], option = value and # comments.',
  ],
  ["[DEFAULT]\n\n[libvrt]\n", ':3: [libvrt]: found the unknown section "libvrt" (did you mean libvirt?),'],
  [
    "[libvirt]\nconstructor = x",
    ':2: [libvirt] constructor: found the unknown option of [libvirt] "constructor"',
  ],
  ["[constructor]\nname = x", ':1: [constructor]: found the unknown section "constructor",'],
  ["__proto__ = x", ':1: [DEFAULT] __proto__: found the unknown option of [DEFAULT] "__proto__"'],
  [
    "[key_manager]\nbackend = vault",
    ':2: [key_manager] backend: found "vault", allowed is one of: embedded, barbican, none.',
  ],
  [
    "[key_manager]\nbackend = barbican\n[barbican]\nbarbican_endpoint = here",
    ':4: [barbican] barbican_endpoint: found "here", allowed is an http or https URL.',
  ],
  [
    "[key_manager]\nbackend = barbican\n[barbican]\nverify_ssl_path = /nowhere/ca.pem",
    ':4: [barbican] verify_ssl_path: found "/nowhere/ca.pem", allowed is a readable file of certificates (PEM).',
  ],
  [
    "[barbican_service_user]\nusername = nova",
    ":1: [barbican_service_user]: the service token is one of the cloud's own user nova on the project service, which needs no password; remove the section.",
  ],
  [
    "[barbican]\nbarbican_api_version = v2",
    ':2: [barbican] barbican_api_version: found "v2", allowed is only "v1".',
  ],
  [
    "[barbican]\nverify_ssl_file = x",
    ':2: [barbican] verify_ssl_file: found the unknown option of [barbican] "verify_ssl_file" (did you mean verify_ssl_path?)',
  ],
  [
    "[libvirt]\nsupported_tpm_secret_security = user, nobody",
    ':2: [libvirt] supported_tpm_secret_security: found "user, nobody", allowed is a comma-separated list of: user, host, deployment.',
  ],
  [
    "[api]\npublic_endpoint = ftp://cloud.example.org",
    ':2: [api] public_endpoint: found "ftp://cloud.example.org", allowed is an http or https URL.',
  ],
  [
    "[api]\nlisten_address = 0.0.0.0",
    ':2: [api] listen_address: "0.0.0.0" is every address of this machine, but clients are told one: set [api] public_endpoint to the URL that they reach it by, for example http://cloud.example.org:8700.',
  ],
  [
    "[api]\nlisten_address = ::",
    ':2: [api] listen_address: "::" is every address of this machine, but clients are told one: set [api] public_endpoint to the URL that they reach it by, for example http://cloud.example.org:8700.',
  ],
])("%j is one line that names place, option, what was found and what is allowed", (content, message) => {
  let said = "";
  try {
    load(content);
  } catch (error) {
    said = (error as Error).message;
  }
  expect(said).toContain(path + message);
  expect(said).not.toContain("\n");
  expect(said).not.toContain("hunter2");
});

test.each([
  "postgresql://u:hunter2@db.example.org:5433/cloud?sslmode=verify-full",
  "postgres://u:hunter2@h/d",
  "postgresql://u:hunter2@/d?host=/run/postgresql",
  "postgresql://%2Frun%2Fpostgresql/d",
  "postgresql:///d?host=/run/postgresql",
])("PostgreSQL at %s, by the environment; the configuration does not print the URL", (connection) => {
  const { database } = load("", { SEALSTONE_DATABASE__CONNECTION: connection });
  if (database.kind !== "postgresql") throw new Error(database.kind);
  expect(database.url.expose()).toBe(connection);
  expect(JSON.stringify(database)).toBe('{"kind":"postgresql","url":"[secret]"}');
});

test("an environment variable is named when it is wrong", () => {
  expect(() => load("", { SEALSTONE_LIBVIRT__VIRT_TYPE: "xen" })).toThrow(
    'environment variable SEALSTONE_LIBVIRT__VIRT_TYPE: [libvirt] virt_type: found "xen", allowed is one of: kvm, qemu.',
  );
  expect(() => load("", { SEALSTONE_LIBVIRT__VIRT_TYPE: "x\ny" })).toThrow(/found "x y", allowed is one of/);
  expect(() => load("", { SEALSTONE_LIBVIRT__VIRT_TYPES: "kvm" })).toThrow("(did you mean virt_type?)");
  expect(() => load("", { SEALSTONE_LIBVIRT__VIRT_TYPE__X: "kvm" })).toThrow(
    "environment variable SEALSTONE_LIBVIRT__VIRT_TYPE__X: [libvirt] virt_type__x: found the unknown option",
  );
});
