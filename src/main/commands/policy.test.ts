import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { policyRulesLoad, policyScopeTypes } from "../policy-rules.ts";
import { configOf, lineParse } from "./command.ts";
import { policy as policyCommand, policyVerdict } from "./policy.ts";

const script = join(import.meta.dirname, "..", "sealstone.ts");

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealstone-policy-line-"));
  file = join(folder, "policy.yaml");
});
afterEach(() => rm(folder, { recursive: true }));

function policy(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const line = ["--disable-warning=ExperimentalWarning", script, "policy", ...args, "--state-path", folder];
  return new Promise((resolve) => {
    execFile(process.execPath, line, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

/** The line without a process of its own, which takes a second. */
function parsed(...args: string[]) {
  const line = lineParse(["policy", ...args, "--state-path", folder], { policy: policyCommand });
  return { ...line, config: configOf(line, folder) };
}

test("show prints the defaults; over them, marked, the file's; and what it prints is such a file", async () => {
  const defaults = await policy("show");
  expect(defaults).toMatchObject({ code: 0, stderr: "" });
  expect(defaults.stdout).toContain(`"os_compute_api:servers:create": "rule:project_member_or_admin"\n`);
  expect(defaults.stdout).toContain(`"identity:list_regions": ""\n`);
  expect(defaults.stdout).not.toContain("#");

  await writeFile(file, `\n"os_compute_api:servers:create": "rule:team"\nteam: "role:team"\n`);
  const own = await policy("show");
  expect(own.stdout).toContain(`# from ${file}:2\n"os_compute_api:servers:create": "rule:team"\n`);
  expect(own.stdout).toContain(`# from ${file}:3\n"team": "role:team"\n`);
  expect(own.stdout.match(/#/g)).toHaveLength(2);

  await writeFile(file, own.stdout);
  const again = await policy("show");
  expect(again.code).toBe(0);
  expect(again.stdout.replaceAll(/^#.*\n/gm, "")).toBe(own.stdout.replaceAll(/^#.*\n/gm, ""));
});

test("show of one rule, and of one that is not there", async () => {
  expect(await policy("show", "publicize_image")).toEqual({
    code: 0,
    stdout: `"publicize_image": "rule:context_is_admin"\n`,
    stderr: "",
  });
  expect(await policy("show", "publicise_image")).toEqual({
    code: 1,
    stdout: "",
    stderr: `sealstone: There is no rule "publicise_image" (did you mean publicize_image?); "sealstone policy show" prints those there are.\n`,
  });
});

const create = "os_compute_api:servers:create";

test.each([
  [[create, "--role", "member", "--project", "p1"], 0],
  [["--project", "p1", create, "--role", "reader", "--role", "Member"], 0],
  [[create, "--role", "reader", "--project", "p1"], 1],
  [[create, "--role", "member"], 1],
  [[create, "--role", "member", "--project", "p1", "--target", "project_id=p2"], 1],
  [[create, "--role", "admin", "--project", "p1", "--target", "project_id=p2"], 0],
  [["identity:list_users", "--role", "reader"], 1],
  [["identity:list_users", "--role", "reader", "--system"], 0],
  [["identity:get_user", "--user", "u1", "--target", "target.user.id=u1"], 0],
  [["identity:get_user", "--user", "u1", "--target", "target.user.id=u2"], 1],
  [["identity:get_domain", "--domain", "d1", "--target=target.domain.id=d1"], 0],
  [["identity:list_users", "--role", "reader", "--domain", "d1", "--target=target.domain_id=d1"], 0],
  [["identity:create_service", "--role", "admin", "--domain", "d1"], 1],
  [["identity:create_service", "--role", "admin", "--project", "p1"], 0],
  [["identity:create_trust", "--user", "u1", "--system", "--target=target.trust.trustor_user_id=u1"], 1],
  [["placement:resource_providers:list", "--role", "admin", "--system"], 1],
  [["os_compute_api:os-keypairs:show", "--user", "u1"], 0],
  [["os_compute_api:os-keypairs:show", "--user", "u1", "--target", "user_id=u2"], 1],
])("check %j: %i", async (args, code) => {
  const { positionals, own, config } = parsed("check", ...args);
  const rules = await policyRulesLoad(config.policyFile);
  const [, , name = ""] = positionals;
  const { allowed, text } = policyVerdict(rules, name, { own, scopeTypes: policyScopeTypes(name) });
  expect(allowed).toBe(code === 0);
  expect(text.split("\n")[0]).toBe(code === 0 ? "allowed" : "denied");
});

test.each([
  [["--project", "p1", create, "--role", "reader", "--role", "Member"], 0, "allowed"],
  [[create, "--role", "member"], 1, "denied"],
])("as a process, check %j exits with %i", async (args, code, said) => {
  const answer = await policy("check", ...args);
  expect(answer).toMatchObject({ code, stderr: "" });
  expect(answer.stdout.split("\n")[0]).toBe(said);
});

test("check prints the rule and those it names, and where the file says so", async () => {
  await writeFile(file, `"${create}": "rule:team and not role:guest"\nteam: "role:team"\n`);
  expect(await policy("check", create, "--role", "team", "--role", "guest")).toEqual({
    code: 1,
    stdout: `denied\n# from ${file}:1\n"${create}": "rule:team and not role:guest"\n# from ${file}:2\n"team": "role:team"\n`,
    stderr: "",
  });
  expect(await policy("check", create, "--role", "team")).toMatchObject({ code: 0 });
});

test("[oslo_policy] policy_file names another file", async () => {
  await mkdir(join(folder, "etc"));
  await writeFile(join(folder, "sealstone.conf"), "[oslo_policy]\npolicy_file = etc/nova.yaml\n");
  const path = join(folder, "etc", "nova.yaml");
  expect((await policy("show")).stderr).toBe(
    `sealstone: ${path}: the policy file cannot be read (ENOENT); allowed is the path of a readable file.\n`,
  );
  await writeFile(path, `add_image: "!"\n`);
  expect((await policy("show", "add_image")).stdout).toBe(`# from ${path}:1\n"add_image": "!"\n`);
});

test.each([
  [[], "policy takes show [RULE] or check RULE. See sealstone policy --help."],
  [["check"], "policy takes show [RULE] or check RULE. See sealstone policy --help."],
  [["show", create, create], "policy takes show [RULE] or check RULE. See sealstone policy --help."],
  [["show", "--role", "x"], "--role belongs to policy check; policy show has no options of its own."],
  [["check", create, "--user", "a", "--user", "b"], "--user was given 2 times; a token has one."],
  [["check", create, "--target", "p1"], `--target: found "p1", allowed is KEY=VALUE.`],
])("%j is refused in one line", async (args, message) => {
  const { positionals, own, config } = parsed(...args);
  const refused = policyCommand.run({ config, rest: positionals.slice(1), own });
  await expect(refused).rejects.toMatchObject({ code: "invalid", message });
});

test("as a process, a refusal is one line on standard error and exit status 1", async () => {
  const message = "policy takes show [RULE] or check RULE. See sealstone policy --help.";
  expect(await policy()).toEqual({ code: 1, stdout: "", stderr: `sealstone: ${message}\n` });
});

test("its options are in its help, and no other command's", async () => {
  const { code, stdout } = await policy("--help");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ {2}--role ROLE {2,}a role of the token/m);
  expect(stdout).toMatch(/^ {2}--system {2,}the token is for the system/m);
  expect(stdout).toContain("--state-path DIR");
  expect((await policy("check", create, "--fly")).stderr).toMatch(/^sealstone: .*--fly.*\n$/);
});

test("a mistake in the file is one line, from a cloud's start too, which leaves nothing behind", async () => {
  await writeFile(file, `"identity:list_usrs": "@"\n`);
  const message = `sealstone: ${file}:1: found the unknown rule "identity:list_usrs" (did you mean identity:list_users?), allowed are the rules of "sealstone policy show" and helpers without a colon.\n`;
  expect((await policy("show")).stderr).toBe(message);
  const started = await new Promise((resolve) => {
    const line = [script, "control-plane", "--state-path", folder, "--port", "1"];
    execFile(process.execPath, ["--disable-warning=ExperimentalWarning", ...line], (error, _stdout, stderr) =>
      resolve({ code: error?.code, stderr }),
    );
  });
  expect(started).toEqual({ code: 1, stderr: message });
  await expect(readFile(join(folder, "cloud-id"))).rejects.toThrow("ENOENT");
});
