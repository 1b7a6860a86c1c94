import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

/** What the process that a bench measures prints when it is ready, as one line of JSON, and its id. */
export async function targetOf<Printed>(child: ChildProcess): Promise<Printed & { readonly pid: number }> {
  if (!child.stdout || child.pid === undefined) throw new Error("the control plane did not start");
  for await (const line of createInterface({ input: child.stdout }))
    return { ...(JSON.parse(line) as Printed), pid: child.pid };
  throw new Error("the control plane ended");
}
