import { Type, type Static } from "typebox";
import { CloudError } from "#base/errors.ts";
import { Secret } from "#base/secret.ts";
import type { ScopeRequest } from "../../app/scope.ts";
import type { Credentials } from "../../app/sign-in.ts";
import { nullable } from "../input.ts";

const domainRef = Type.Object({ id: Type.Optional(Type.String()), name: Type.Optional(Type.String()) });
const nameParts = {
  id: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
  domain: Type.Optional(domainRef),
};
const nameRef = Type.Object(nameParts);

/** The body of POST /v3/auth/tokens (API reference, "Authentication and token management"). */
export const authSchema = Type.Object({
  auth: Type.Object({
    identity: Type.Object({
      methods: Type.Array(Type.String(), { minItems: 1 }),
      password: Type.Optional(Type.Object({ user: Type.Object({ ...nameParts, password: Type.String() }) })),
      token: Type.Optional(Type.Object({ id: Type.String() })),
      totp: Type.Optional(Type.Object({ user: Type.Object({ ...nameParts, passcode: Type.String() }) })),
      application_credential: Type.Optional(
        Type.Object({
          id: Type.Optional(Type.String()),
          name: Type.Optional(Type.String()),
          user: Type.Optional(nameRef),
          secret: Type.String(),
        }),
      ),
    }),
    scope: Type.Optional(
      nullable(
        Type.Union([
          Type.Literal("unscoped"),
          Type.Object({
            project: Type.Optional(nameRef),
            domain: Type.Optional(domainRef),
            system: Type.Optional(Type.Object({ all: Type.Optional(Type.Boolean()) })),
            unscoped: Type.Optional(Type.Object({})),
            "OS-TRUST:trust": Type.Optional(Type.Object({ id: Type.String() })),
          }),
        ]),
      ),
    ),
  }),
});

type Auth = Static<typeof authSchema>["auth"];

export function credentialsOf({ identity }: Auth): Credentials {
  const [user, totp] = [identity.password?.user, identity.totp?.user];
  for (const method of ["password", "token", "totp", "application_credential"] as const) {
    if (identity.methods.includes(method) && !identity[method]) throw missing(method, "identity");
  }
  for (const who of [user, totp]) if (who) requireUser(who);
  return {
    methods: identity.methods,
    password: user && {
      user: { id: user.id, name: user.name, domain: user.domain },
      password: new Secret(user.password),
    },
    token: identity.token && new Secret(identity.token.id),
    totp: totp && {
      user: { id: totp.id, name: totp.name, domain: totp.domain },
      passcode: new Secret(totp.passcode),
    },
    applicationCredential: applicationCredentialOf(identity),
  };
}

function requireUser({ id, name, domain }: Static<typeof nameRef>): void {
  if (id !== undefined) return;
  if (domain) requireDomain(domain);
  if (name === undefined || domain === undefined)
    throw missing(name === undefined ? "id or name" : "domain", "user");
}

function applicationCredentialOf({
  application_credential: given,
}: Auth["identity"]): Credentials["applicationCredential"] {
  if (!given) return undefined;
  const { id, name, user, secret } = given;
  if (id === undefined && name === undefined) throw missing("id or name", "application credential");
  if (id === undefined) requireUser(user ?? {});
  return { id, name, user, secret: new Secret(secret) };
}

export function scopeOf({ scope }: Auth): ScopeRequest {
  if (scope === undefined || scope === null) return { kind: "default" };
  if (scope === "unscoped") return { kind: "unscoped" };
  const asked: ScopeRequest[] = [];
  const { project, domain, system, unscoped } = scope;
  if (unscoped) asked.push({ kind: "unscoped" });
  if (system?.all === true) asked.push({ kind: "system" });
  if (domain) asked.push({ kind: "domain", domain });
  if (project) asked.push({ kind: "project", project });
  const trust = scope["OS-TRUST:trust"];
  if (trust) asked.push({ kind: "trust", trustId: trust.id });
  if (domain) requireDomain(domain);
  if (project && project.id === undefined) {
    if (project.name === undefined) throw missing("id or name", "project");
    if (project.domain === undefined) throw missing("domain", "project");
    requireDomain(project.domain);
  }
  const [only, second] = asked;
  if (only && !second) return only;
  throw new CloudError(
    "invalid",
    "The scope must be exactly one of project, domain, system, OS-TRUST:trust and unscoped.",
  );
}

function requireDomain(domain: Static<typeof domainRef>): void {
  if (domain.id === undefined && domain.name === undefined) throw missing("id or name", "domain");
}

function missing(attribute: string, target: string): CloudError {
  return new CloudError(
    "invalid",
    `Expecting to find ${attribute} in ${target}. The server could not comply with the request since it is ` +
      "either malformed or otherwise incorrect. The client is assumed to be in error.",
  );
}
