import type { CloudClient } from "../cloud-client.ts";
import { tableText } from "./print.ts";

interface Page {
  readonly passphrase_orphans: readonly {
    readonly secret_id: string | null;
    readonly secret_name: string;
    readonly project_id: string;
    readonly created_at: string;
    readonly reason: string;
  }[];
  readonly next?: string;
}

/** What external key managers still have of servers that are no more; all pages. */
export async function passphraseOrphansText(client: CloudClient): Promise<string> {
  const rows = [["SECRET", "NAME", "PROJECT", "SINCE", "REASON"]];
  let next: string | undefined = "/sealstone-passphrase-orphans";
  while (next !== undefined) {
    const page = (await client.get("compute", next)) as Page;
    for (const orphan of page.passphrase_orphans) {
      const { secret_id: id, secret_name: name, project_id: project, created_at: since, reason } = orphan;
      rows.push([id ?? "not known", name, project, since, reason]);
    }
    next = page.next;
  }
  return rows.length === 1 ? "No TPM passphrase was left behind.\n" : tableText(rows);
}
