import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { tpmReport } from "../../app/tpm-report.ts";
import { tpmReportView } from "./sealstone-tpm-view.ts";

/** GET /servers/{id}/sealstone:tpm, at every microversion: ours, not Nova's. */
export const serverTpmShow = operation<ComputeDeps>({
  handle: async (ctx, { params }) => ({
    "sealstone:tpm": tpmReportView(ctx, await tpmReport(ctx, params["id"] ?? "")),
  }),
});
