import { anonymous, type Caller, type Service } from "#http/index.ts";
import { createPolicy, type Policy } from "#policy/index.ts";
import { exceptions } from "./exceptions.ts";
import type { Fixtures } from "./fixtures.ts";
import { hasBody, needsToken, requestOf } from "./good-request.ts";
import { pathOf } from "./path-parameters.ts";
import type { Answer, Request, Row } from "./rows.ts";
import type { Way } from "./walk.ts";

/** Sent by whom it belongs to, or by an administrator: what the other ways spoil is good. */
export const goodRead: Way = {
  name: "a good request, where it reads",
  probes: (row, fixtures) => {
    if (hasBody(row)) return [];
    return [{ request: goodRequest(row, fixtures), expect: goodStatus(row) ?? succeeds(row) }];
  },
};

/** The state of what the walk has made may refuse it, nothing else. */
export const goodWrite: Way = {
  name: "a good request, where it writes",
  writes: true,
  probes: (row, fixtures) => {
    if (!hasBody(row)) return [];
    const good = goodStatus(row);
    const isGood = (answer: Answer): string | undefined => {
      if (good === undefined) return succeeds(row)(answer);
      return answer.status === good ? undefined : `${answer.status} instead of ${good}: ${answer.text}`;
    };
    const expect = (answer: Answer) => (answer.status === 409 ? undefined : isGood(answer));
    return [{ request: goodRequest(row, fixtures), expect }];
  },
};

const servicesInOrder = ["placement", "image", "compute", "key-manager", "identity"];

/** Keystone takes them away itself when their user's role in the project is revoked. */
const goneWithRole: readonly string[] = [
  "identity DELETE /v3/auth/tokens",
  "identity DELETE /v3/users/:user_id/application_credentials/:credential_id",
];

/** What deletes comes last, and what others need last of all: shorter paths, and those the tables begin with. */
export function writeOrder(rows: readonly Row[]): Row[] {
  const rank = ({ service, route, name }: Row): number =>
    goneWithRole.includes(name)
      ? 1
      : 100 * (1 + servicesInOrder.indexOf(service.type)) - route.path.split("/").length;
  const isDelete = ({ route }: Row): boolean => route.method === "DELETE" || route.action === "forceDelete";
  const deletes = rows.filter(isDelete);
  return [
    ...rows.filter((row) => !isDelete(row)),
    ...deletes.toReversed().toSorted((left, right) => rank(left) - rank(right)),
  ];
}

function goodRequest(row: Row, fixtures: Fixtures): Request {
  const { tokens } = fixtures;
  const token = isOwnersToAsk(row, fixtures) ? tokens.owner : tokens.admin;
  return requestOf(row, fixtures, needsToken(row) ? token : undefined);
}

/** In Keystone only what administrators may not: most of what is a user's or a project's is theirs too. */
function isOwnersToAsk(row: Row, fixtures: Fixtures): boolean {
  const owner = { userId: fixtures.ownerUserId, projectId: fixtures.ownerProjectId };
  if (!ruleAllows(row, owner)) return false;
  return row.service.type === "identity"
    ? !ruleAllows(row, owner, administrator)
    : pathOf(row, fixtures).foreign !== undefined;
}

export const noToken: Way = {
  name: "no token",
  probes: (row, fixtures) => (needsToken(row) ? [{ request: requestOf(row, fixtures), expect: 401 }] : []),
};

export const badToken: Way = {
  name: "expired token, token that never was",
  probes: (row, fixtures) =>
    needsToken(row)
      ? [fixtures.tokens.expired, "gAAAAAB-never-was"].map((token) => ({
          request: requestOf(row, fixtures, token),
          expect: 401,
        }))
      : [],
};

/**
 * What is another project's is refused as its service refuses it. For the rest the rule decides: 403, or an answer
 * about the caller's own that names nothing of the owner's.
 */
export const foreignProject: Way = {
  name: "token of a foreign project",
  probes: (row, fixtures) => {
    if (!needsToken(row)) return [];
    const request = requestOf(row, fixtures, fixtures.tokens.foreign);
    const exception = exceptions.foreign[row.name]?.status;
    if (exception === "success") return [{ request, expect: succeeds(row) }];
    const expect = exception ?? refusalOfAll(row) ?? foreignStatus(row, fixtures);
    if (expect !== undefined) return [{ request, expect }];
    const answered = (answer: Answer) => succeeds(row)(answer) ?? leak(answer, fixtures);
    return row.route.method === "GET" ? [{ request, expect: answered }] : [];
  },
};

function foreignStatus(row: Row, fixtures: Fixtures): 403 | 404 | undefined {
  const { foreign } = pathOf(row, fixtures);
  const refused = !ruleAllows(row, fixtures.foreign);
  if (row.route.enforcedByApp !== true && refused) return 403;
  return foreign ?? (refused ? 403 : undefined);
}

const policies = new WeakMap<Service, Policy>();

const administrator: Caller = {
  ...anonymous,
  userId: "administrator",
  projectId: "administrators",
  roles: ["admin", "member", "reader"],
};

/** Whether a member may do this at all, to what is the member's own; or another caller, to that. */
function ruleAllows(
  { service, route }: Row,
  member: Fixtures["foreign"],
  caller: Caller = { ...anonymous, ...member, roles: ["member", "reader"] },
): boolean {
  if (route.policy === "authenticated" || route.policy === "public") return true;
  const attributes = Object.values(service.policyRules).flatMap((text) => [
    ...text.matchAll(/%\(([^)]*)\)s/g),
  ]);
  const own = attributes.map(([, name = ""]) => [name, ownValue(name, member)] as const);
  const policy = policies.get(service) ?? createPolicy(service.policyRules);
  policies.set(service, policy);
  return policy.allows(route.policy, caller, Object.fromEntries(own));
}

function ownValue(attribute: string, { userId, projectId }: Fixtures["foreign"]): string | undefined {
  if (/user|creator/.test(attribute)) return userId;
  return /project|owner|member/.test(attribute) ? projectId : undefined;
}

/** What the operation says that it answers is what it answers. */
function succeeds({ route }: Row): (answer: Answer) => string | undefined {
  const { status } = route.operation;
  return (answer) => {
    const good = status === undefined ? answer.status < 400 : answer.status === status;
    return good
      ? undefined
      : `${answer.status} instead of ${status ?? "success"}: ${answer.text.slice(0, 200)}`;
  };
}

function goodStatus(row: Row): number | undefined {
  return exceptions.good[row.name]?.status ?? refusalOfAll(row);
}

/** 410 for instance, where that is all that there is. */
function refusalOfAll({ route: { operation } }: Row): number | undefined {
  return operation.status !== undefined && operation.status >= 400 ? operation.status : undefined;
}

const ownersIds = [
  "serverId",
  "imageId",
  "secretId",
  "containerId",
  "orderId",
  "serverGroupId",
  "flavorId",
  "ownerProjectId",
  "ownerUserId",
  "applicationCredentialId",
  "accessRuleId",
  "trustId",
  "credentialId",
  "ec2Access",
  "limitId",
] as const;

function leak(answer: Answer, fixtures: Fixtures): string | undefined {
  const found = ownersIds.map((name) => fixtures[name]).filter((id) => answer.text.includes(id));
  return found.length === 0 ? undefined : `names ${found.join(", ")} of the owner`;
}
