import { atLeast, operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { quotaLimits, quotaUsage } from "../../app/quota.ts";
import { queryText } from "../paging.ts";
import { queryCheck } from "../query-check.ts";
import { shownQuotas } from "../quota-sets/view.ts";

const limitNames: Readonly<Record<string, readonly string[]>> = {
  ram: ["maxTotalRAMSize"],
  instances: ["maxTotalInstances"],
  cores: ["maxTotalCores"],
  key_pairs: ["maxTotalKeypairs"],
  floating_ips: ["maxTotalFloatingIps"],
  metadata_items: ["maxServerMeta", "maxImageMeta"],
  injected_files: ["maxPersonality"],
  injected_file_content_bytes: ["maxPersonalitySize"],
  security_groups: ["maxSecurityGroups"],
  security_group_rules: ["maxSecurityGroupRules"],
  server_groups: ["maxServerGroups"],
  server_group_members: ["maxServerGroupMembers"],
};
const usedNames: Readonly<Record<string, string>> = {
  ram: "totalRAMUsed",
  cores: "totalCoresUsed",
  instances: "totalInstancesUsed",
  floating_ips: "totalFloatingIpsUsed",
  security_groups: "totalSecurityGroupsUsed",
  server_groups: "totalServerGroupsUsed",
};

/** GET /limits: the project's quotas under the names that clients of this older resource know. */
export const limitsShow = operation<ComputeDeps>({
  handle: async (ctx, { query }) => {
    queryCheck(ctx, query, ["tenant_id"], "2.75");
    const other = queryText(query, "tenant_id");
    if (other !== undefined) ctx.enforce("os_compute_api:limits:other_project");
    const subject = { projectId: other ?? ctx.caller.projectId ?? "" };
    const { db } = ctx.deps.database;
    const [limits, used] = [await quotaLimits(db, subject), await quotaUsage(db, subject)];
    const absolute: Record<string, number> = {};
    for (const resource of shownQuotas(ctx, "2.36")) {
      for (const name of limitNames[resource] ?? []) {
        if (name !== "maxImageMeta" || !atLeast(ctx, "2.39")) absolute[name] = limits[resource];
      }
      const name = usedNames[resource];
      if (name !== undefined) absolute[name] = used[resource];
    }
    return { limits: { rate: [], absolute } };
  },
});
