import type { PolicyTarget } from "#policy/index.ts";
import type { TargetQuestion } from "#http/index.ts";
import { groupFind } from "../store/groups.ts";
import { roleFind } from "../store/roles.ts";
import { userFind } from "../store/users.ts";
import type { IdentityDeps } from "./context.ts";
import { domainFetch } from "./domain.ts";
import { groupFetch } from "./group.ts";
import { nodeFind } from "./project-node.ts";

/*
 * What Keystone's rules may ask about the things that a request names. Of a thing that does not exist nothing is known, so
 * that only those whom the rule lets see all of its kind learn that it is not there.
 */
type Question = TargetQuestion<IdentityDeps>;

export async function userTarget({ ctx, params }: Question): Promise<PolicyTarget> {
  const { user_id: id = "" } = params;
  const user = await userFind(ctx.deps.database.db, id);
  return { user_id: id, "target.user.id": id, "target.user.domain_id": user?.domainId };
}

export async function groupTarget({ ctx, params }: Question): Promise<PolicyTarget> {
  const group = await groupFind(ctx.deps.database.db, params["group_id"] ?? "");
  return { "target.group.id": group?.id, "target.group.domain_id": group?.domainId };
}

export async function memberTarget(question: Question): Promise<PolicyTarget> {
  return { ...(await groupTarget(question)), ...(await userTarget(question)) };
}

/** Of these Keystone tells everybody with a token that they are not there. */
export async function existingGroupTarget(question: Question): Promise<PolicyTarget> {
  await groupFetch(question.ctx.deps.database.db, question.params["group_id"] ?? "");
  return groupTarget(question);
}

export async function existingDomainTarget(question: Question): Promise<PolicyTarget> {
  await domainFetch(question.ctx.deps.database.db, question.params["domain_id"] ?? "");
  return domainTarget(question);
}

/** A domain, seen as a project, is in no domain. */
export async function projectTarget({ ctx, params }: Question): Promise<PolicyTarget> {
  const { project_id: id = "" } = params;
  const project = await nodeFind(ctx.deps.database.db, id);
  return {
    "target.project.id": id,
    "target.project.domain_id": project?.isDomain ? undefined : project?.domainId,
  };
}

export function domainTarget({ params }: Question): PolicyTarget {
  return { "target.domain.id": params["domain_id"] };
}

/** Who is given which role where; a role of the whole cloud is in the domain None, as oslo.policy writes it. */
export async function grantTarget(question: Question): Promise<PolicyTarget> {
  const { ctx, params } = question;
  const { role_id: roleId, project_id: projectId } = params;
  const role = roleId === undefined ? undefined : await roleFind(ctx.deps.database.db, roleId);
  return {
    ...(params["group_id"] === undefined ? await userTarget(question) : await groupTarget(question)),
    ...(projectId === undefined ? domainTarget(question) : await projectTarget(question)),
    "target.role.name": role?.name,
    "target.role.domain_id": role && (role.domainId ?? "None"),
  };
}

/** What is to be made says itself in which domain, or it is in none that a rule knows of. */
export function newTarget(kind: "user" | "group" | "project") {
  return ({ body }: Question): PolicyTarget => {
    const { domain_id: domainId } = objectOf(objectOf(body)[kind]);
    return { [`target.${kind}.domain_id`]: typeof domainId === "string" ? domainId : undefined };
  };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** With a token for a domain a list shows that domain alone. */
export function listTarget(attribute: string) {
  return ({ ctx }: Question): PolicyTarget => ({ [attribute]: ctx.caller.domainId });
}
