import type { FastifyInstance } from "fastify";
import { tablesChanged, type Dump } from "./database-watch.ts";
import { envelopeFault } from "./envelopes.ts";
import type { Fixtures } from "./fixtures.ts";
import { send, type Answer, type Request, type Row } from "./rows.ts";

/** A request and what has to come back. */
export interface Probe {
  /** Which of several requests of the row this is: `server.name`. */
  readonly what?: string;
  readonly request: Request;
  /** The refusal's status, whose envelope is the service's; or what is wrong with the answer. */
  readonly expect: number | ((answer: Answer) => string | undefined);
  /** In the refusal's text: that it is about the mistake, and no other. */
  readonly says?: RegExp;
}

/** One way to ask wrongly; no probes where it does not apply to the row. */
export interface Way {
  readonly name: string;
  /** Good requests: they may write. */
  readonly writes?: true;
  readonly probes: (row: Row, fixtures: Fixtures) => readonly Probe[];
}

export interface Walked {
  readonly requests: number;
  readonly faults: readonly string[];
}

/** Sends every probe of every row. A refused request changes no row of any table. */
export async function walk(
  at: {
    readonly http: FastifyInstance;
    readonly dump: () => Promise<Dump>;
    readonly rows: readonly Row[];
    readonly fixtures: Fixtures;
    /** Once nothing works on the servers any more. */
    readonly settled: () => Promise<void>;
  },
  way: Way,
): Promise<Walked> {
  const faults: string[] = [];
  let requests = 0;
  let before = await at.dump();
  for (const row of at.rows) {
    const probes = way.probes(row, at.fixtures);
    // How far an operation is would decide what the next request is answered.
    if (way.writes) await at.settled();
    for (const probe of probes) {
      const wrong = answerFault(row, probe, await send(at.http, probe.request));
      if (wrong !== undefined) faults.push(`${nameOf(row, probe)}: ${wrong}`);
    }
    if (probes.length === 0) continue;
    requests += probes.length;
    if (way.writes) continue;
    const after = await at.dump();
    const changed = tablesChanged(before, after);
    if (changed.length > 0) faults.push(`${row.name}: changed ${changed.join(", ")}`);
    before = after;
  }
  return { requests, faults };
}

function nameOf(row: Row, { what, request }: Probe): string {
  const version = request.version === undefined ? [] : [`at ${request.version}`];
  return [row.name, ...(what === undefined ? [] : [what]), ...version].join(", ");
}

function answerFault(row: Row, { expect, says, request }: Probe, answer: Answer): string | undefined {
  if (typeof expect === "function") return expect(answer);
  // A HEAD's answer has no body.
  if (request.method === "HEAD")
    return answer.status === expect ? undefined : `${answer.status}, not ${expect}`;
  const fault = envelopeFault(row.service.type, answer, { status: expect, version: request.version });
  if (fault !== undefined) return fault;
  return says && !says.test(answer.text) ? `${answer.text.slice(0, 200)} does not say ${says}` : undefined;
}
