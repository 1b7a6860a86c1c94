import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { ComputeCtx, ComputeDeps } from "../../app/deps.ts";
import { hostsAll } from "../../app/host.ts";

const form = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?$/;

/** The last whole month (UTC) that had ended by then: Nova's default [DEFAULT] instance_usage_audit_period. */
function auditPeriod(before: number): { readonly begin: number; readonly end: number } {
  const day = new Date(before - 1);
  const [year, month] = [day.getUTCFullYear(), day.getUTCMonth()];
  return { begin: Date.UTC(year, month - 1, 1), end: Date.UTC(year, month, 1) };
}

const text = (time: number): string => new Date(time).toISOString().slice(0, 19).replace("T", " ");

/** Hosts run no audit here, as those of a Nova without [DEFAULT] instance_usage_audit: its log says so of each. */
async function auditLog(ctx: ComputeCtx, before: number): Promise<object> {
  const hosts = await hostsAll(ctx);
  const { begin, end } = auditPeriod(before);
  return {
    period_beginning: text(begin),
    period_ending: text(end),
    num_hosts: hosts.length,
    num_hosts_done: 0,
    num_hosts_running: 0,
    num_hosts_not_run: hosts.length,
    hosts_not_run: hosts.map(({ hostname }) => hostname),
    total_instances: 0,
    total_errors: 0,
    overall_status:
      hosts.length === 0 ? "ALL hosts done. 0 errors." : `0 of ${hosts.length} hosts done. 0 errors.`,
    log: {},
  };
}

/** GET /os-instance_usage_audit_log */
export const usageAuditList = operation<ComputeDeps>({
  handle: async (ctx) => ({ instance_usage_audit_logs: await auditLog(ctx, ctx.clock.now()) }),
});

/** GET /os-instance_usage_audit_log/{before}: a time as `2026-11-22 10:00:00` */
export const usageAuditShow = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    const before = params["before"] ?? "";
    const time = form.test(before) ? Date.parse(`${before.replace(" ", "T")}Z`) : Number.NaN;
    if (Number.isNaN(time)) throw new CloudError("invalid", `Invalid timestamp for date ${before}`);
    return { instance_usage_audit_log: await auditLog(ctx, time) };
  },
});
