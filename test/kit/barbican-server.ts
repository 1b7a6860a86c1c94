import { execFile, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { barbicanPackages } from "../../src/main/setup/packages.ts";
import { phasesRun } from "../../src/main/setup/phases.ts";
import { packagesEnsure } from "../../src/main/setup/prepare-host.ts";
import { eventually, type Client } from "./client.ts";

const run = promisify(execFile);

/** Kept from one run to the next; versions have folders of their own. */
const cache = "/var/lib/sealstone/test-barbican";

export interface BarbicanServer {
  readonly url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Ends it and removes what it stored. */
  remove(): Promise<void>;
}

/**
 * Debian's Barbican. `barbican-api` and `barbican-common` are unpacked, not installed: installing them starts a service, makes a
 * user, and asks questions about a database. Answers the folder that they are unpacked in.
 */
async function barbicanPrepare(): Promise<string> {
  let folder = "";
  await phasesRun(
    [
      { name: "Barbican's packages", run: () => packagesEnsure(barbicanPackages) },
      {
        name: "barbican-api",
        async run() {
          const { stdout } = await run("dpkg-query", ["-W", "-f", "${Version}", "python3-barbican"]);
          const version = stdout.trim();
          folder = join(cache, version.replaceAll(":", "_"));
          if (existsSync(folder)) return `${version} is there`;
          await unpack(version, folder);
          return `unpacked ${version}`;
        },
      },
    ],
    (line) => console.error(line),
  );
  return folder;
}

async function unpack(version: string, folder: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, "new-"));
  const names = ["barbican-api", "barbican-common"].map((name) => `${name}=${version}`);
  await run("apt-get", ["download", ...names], { cwd: draft });
  const { stdout } = await run("find", [draft, "-name", "*.deb"]);
  for (const path of stdout.trim().split("\n")) {
    await run("dpkg-deb", ["-x", path, draft]);
    await rm(path);
  }
  // Whole or not at all; another run may have been faster.
  await rename(draft, folder).catch(() => rm(draft, { recursive: true }));
}

/** The role, made when there is none of that name. */
async function roleEnsure(admin: Client, name: string): Promise<string> {
  const found = (await admin.send("GET", `/identity/v3/roles?name=${encodeURIComponent(name)}`)).body.roles;
  if (found.length > 0) return found[0].id as string;
  return (await admin.send("POST", "/identity/v3/roles", { role: { name } })).body.role.id as string;
}

export async function roleGrant(
  admin: Client,
  userId: string,
  projectId: string,
  role: string,
): Promise<void> {
  const roleId = await roleEnsure(admin, role);
  await admin.send("PUT", `/identity/v3/projects/${projectId}/users/${userId}/roles/${roleId}`);
}

export async function projectIdOf(admin: Client, name: string): Promise<string> {
  return (await admin.send("GET", `/identity/v3/projects?name=${name}`)).body.projects[0].id as string;
}

/** A user with these roles on the project. */
export async function userMake(
  admin: Client,
  user: { readonly name: string; readonly password: string; readonly projectId: string },
  roles: readonly string[],
): Promise<string> {
  const { name, password, projectId } = user;
  const made = await admin.send("POST", "/identity/v3/users", { user: { name, password } });
  const userId = made.body.user.id as string;
  for (const role of roles) await roleGrant(admin, userId, projectId, role);
  return userId;
}

/**
 * A Barbican of its own, as Debian runs it (uWSGI, paste pipeline with keystonemiddleware), which validates tokens at the cloud's
 * identity service as a service user that is made here. It ends with this process however that ends.
 */
export async function barbicanStart(
  cloud: { readonly url: string; readonly admin: Client },
  at: {
    readonly port: number;
    /** Where clients reach it, in the references that it answers. */ readonly publicUrl: string;
  },
): Promise<BarbicanServer> {
  const packages = await barbicanPrepare();
  const folder = await mkdtemp(join(tmpdir(), "sealstone-barbican-"));
  const password = randomBytes(12).toString("hex");
  const projectId = await projectIdOf(cloud.admin, "service");
  await userMake(cloud.admin, { name: "barbican", password, projectId }, ["service"]);
  const shared = join(packages, "usr/share/barbican-common");
  await writeFile(
    join(folder, "barbican-api-paste.ini"),
    await readFile(join(shared, "barbican-api-paste.ini")),
  );
  await mkdir(join(folder, ".barbican"));
  await writeFile(
    join(folder, ".barbican", "barbican.conf"),
    configurationOf({ folder, packages, password, identityUrl: `${cloud.url}/identity`, ...at }),
    { mode: 0o600 },
  );
  const ini = join(folder, "uwsgi.ini");
  const packaged = await readFile(join(packages, "etc/barbican/barbican-api-uwsgi.ini"), "utf8");
  await writeFile(ini, uwsgiOf(packaged, folder, at.port));
  const url = `http://127.0.0.1:${at.port}`;
  let child: ChildProcess | undefined;
  const server: BarbicanServer = {
    url,
    async start() {
      child = await begin(ini, folder);
      await answers(child, url, folder);
    },
    async stop() {
      const running = child;
      child = undefined;
      if (!running || running.exitCode !== null) return;
      const ended = new Promise((resolve) => running.once("exit", resolve));
      running.kill("SIGTERM");
      await ended;
    },
    async remove() {
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
  await server.start();
  return server;
}

function configurationOf(facts: {
  readonly folder: string;
  readonly packages: string;
  readonly password: string;
  readonly identityUrl: string;
  readonly publicUrl: string;
}): string {
  const { folder, packages, password, identityUrl, publicUrl } = facts;
  return `[DEFAULT]
sql_connection = sqlite:///${join(folder, "barbican.sqlite")}
db_auto_create = True
host_href = ${publicUrl}
log_file = ${join(folder, "barbican.log")}
[simple_crypto_plugin]
kek = '${randomBytes(32).toString("base64")}'
[oslo_policy]
policy_dirs = ${join(packages, "etc/barbican/policy.d")}
[keystone_authtoken]
www_authenticate_uri = ${identityUrl}
auth_url = ${identityUrl}
auth_type = password
username = barbican
password = ${password}
project_name = service
user_domain_name = Default
project_domain_name = Default
service_token_roles_required = True
`;
}

/** The package's own file, but for its places, its user, and how many processes it has. */
function uwsgiOf(packaged: string, folder: string, port: number): string {
  const own: Readonly<Record<string, string | undefined>> = {
    paste: `config:${join(folder, "barbican-api-paste.ini")}`,
    "wsgi-file": undefined,
    uid: undefined,
    gid: undefined,
    chdir: folder,
    logto: join(folder, "uwsgi.log"),
    // Each would load all of Barbican, and all at once would make its database.
    processes: "1",
    threads: "8",
  };
  const lines = packaged.split("\n").flatMap((line) => {
    const name = /^([\w-]+) *=/.exec(line)?.[1] ?? "";
    if (!(name in own)) return [line];
    return own[name] === undefined ? [] : [`${name} = ${own[name]}`];
  });
  return `${lines.join("\n")}\nhttp-socket = 127.0.0.1:${port}\n`;
}

async function begin(ini: string, folder: string): Promise<ChildProcess> {
  const log = await open(join(folder, "output"), "a");
  try {
    // Barbican looks for its configuration in the home folder first.
    return spawn("setpriv", ["--pdeathsig=TERM", "uwsgi_python3", "--ini", ini], {
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "", HOME: folder },
      stdio: ["ignore", log.fd, log.fd],
    });
  } finally {
    await log.close();
  }
}

async function answers(child: ChildProcess, url: string, folder: string): Promise<void> {
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`Barbican ended with ${child.exitCode}; see ${folder}`);
    const answer = await fetch(url).catch(() => undefined);
    return answer?.status === 300 ? true : undefined;
  }, 240_000);
}
