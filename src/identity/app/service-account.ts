import { CloudError, isCloudError } from "#base/errors.ts";
import type { Secret } from "#base/secret.ts";
import type { Caller } from "#http/index.ts";
import { defaultDomainId } from "../domain/resources.ts";
import { newAuditId } from "../domain/token.ts";
import { projectList } from "../store/projects.ts";
import { userList } from "../store/users.ts";
import { callerAuthenticate } from "./authenticate.ts";
import { serviceUserName } from "./bootstrap.ts";
import type { IdentityDeps } from "./context.ts";
import { standingOf } from "./standing.ts";
import { tokenSign } from "./token-keys.ts";

/** A token is replaced so long before it ends, for a call that takes its time. */
const replaceBeforeMs = 5 * 60_000;

type Deps = Pick<
  IdentityDeps,
  "database" | "clock" | "box" | "tokenKeys" | "tokens" | "standings" | "tokenLifetimeMs" | "allowExpiredMs"
>;

/** Who the compute service is when it acts for itself: the user `nova` in project `service`. */
export interface ServiceAccount {
  readonly userId: string;
  readonly projectId: string;
  /** With a token that is good at every service. Throws `unavailable` when an administrator disabled or disempowered that user. */
  readonly caller: () => Promise<Caller>;
}

/** After `bootstrap`, which makes user and project. */
export async function serviceAccountFetch(deps: Deps): Promise<ServiceAccount> {
  const place = { domainId: defaultDomainId };
  const [user] = await userList(deps.database.db, { name: serviceUserName, ...place });
  const [project] = await projectList(deps.database.db, { name: "service", ...place });
  if (user === undefined || project === undefined)
    throw new CloudError("bug", "An internal error occurred.", { detail: "no service account" });
  const who = { userId: user.id, projectId: project.id };
  let kept: { readonly text: Secret<string>; readonly goodUntil: number } | undefined;
  return {
    ...who,
    async caller() {
      if (kept !== undefined && kept.goodUntil > deps.clock.now()) {
        try {
          return await callerAuthenticate(deps, kept.text.expose());
        } catch (error) {
          // Revoked, or the user's roles changed: the next one says what is so now.
          if (!isCloudError(error, "unauthenticated")) throw error;
        }
      }
      const text = await tokenIssue(deps, who);
      kept = { text, goodUntil: deps.clock.now() + deps.tokenLifetimeMs - replaceBeforeMs };
      return await callerOf(deps, text);
    },
  };
}

async function tokenIssue(
  deps: Deps,
  { userId, projectId }: Pick<ServiceAccount, "userId" | "projectId">,
): Promise<Secret<string>> {
  const scope = { kind: "project", id: projectId } as const;
  const standing = await standingOf(deps, userId, scope);
  const now = deps.clock.now();
  return tokenSign(deps, {
    userId,
    scope,
    methods: ["external"],
    auditIds: [newAuditId()],
    issuedAt: now,
    expiresAt: now + deps.tokenLifetimeMs,
    stamp: standing?.stamp ?? "",
  });
}

async function callerOf(deps: Deps, text: Secret<string>): Promise<Caller> {
  try {
    return await callerAuthenticate(deps, text.expose());
  } catch (cause) {
    if (!isCloudError(cause, "unauthenticated")) throw cause;
    throw new CloudError(
      "unavailable",
      `The cloud's own user ${serviceUserName} may do nothing in project service: it is disabled, has no role there, or is gone. ` +
        "Have an administrator give it the role member there; a restart of the control plane makes it anew when it is gone.",
      { cause },
    );
  }
}
