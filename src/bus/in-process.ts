import type { TSchema } from "typebox";
import { Compile, type Validator } from "typebox/compile";
import { CloudError, isCloudError, type ErrorCode } from "#base/errors.ts";
import type { Bus } from "./bus.ts";

type Handler = (message: unknown) => Promise<unknown>;

/** What a failed request sends back. */
interface WireError {
  readonly error: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly detail?: string | undefined;
  };
}

/**
 * The bus inside one process. Messages still go through JSON and their schemas, so that nothing works here
 * that would not work over a network.
 */
export function createInProcessBus(): Bus {
  const servers = new Map<string, Handler>();
  const listeners = new Map<string, Set<(message: unknown) => void>>();
  return {
    async request(contract, message, { hostId, timeoutMs }) {
      const subject = subjectOf(contract.subject, hostId);
      const handler = servers.get(subject);
      if (!handler)
        throw new CloudError(
          "unavailable",
          `Nobody answers on ${subject}; is the agent of that host running?`,
          { data: { nobodyAnswers: true } },
        );
      const question = checked(contract.request, message, subject);
      const answer = overTheWire(await withTimeout(answered(handler, question), timeoutMs, subject));
      if (isWireError(answer)) {
        const { code, message: text, detail } = answer.error;
        throw new CloudError(code, text, detail === undefined ? {} : { detail });
      }
      return checked(contract.reply, answer, subject) as never;
    },
    serve(contract, { hostId }, handler) {
      const subject = subjectOf(contract.subject, hostId);
      if (servers.has(subject)) throw new CloudError("bug", `Two servers for ${subject}.`);
      servers.set(subject, handler as Handler);
      return () => servers.delete(subject);
    },
    publish(contract, message) {
      const event = checked(contract.event, message, contract.subject);
      for (const listener of listeners.get(contract.subject) ?? []) queueMicrotask(() => listener(event));
    },
    subscribe(contract, handler) {
      const all = listeners.get(contract.subject) ?? new Set();
      listeners.set(contract.subject, all);
      all.add(handler as (message: unknown) => void);
      return () => all.delete(handler as (message: unknown) => void);
    },
    close() {
      servers.clear();
      listeners.clear();
      return Promise.resolve();
    },
  };
}

function subjectOf(subject: string, hostId: string | undefined): string {
  return hostId === undefined ? subject : `${subject}.${hostId}`;
}

async function answered(handler: Handler, question: unknown): Promise<unknown> {
  try {
    return await handler(question);
  } catch (error) {
    if (!isCloudError(error)) throw error;
    return { error: { code: error.code, message: error.message, detail: error.detail } } satisfies WireError;
  }
}

function isWireError(answer: unknown): answer is WireError {
  const error = (answer as Partial<WireError> | undefined)?.error;
  return typeof error?.code === "string" && typeof error.message === "string";
}

function overTheWire(message: unknown): unknown {
  return message === undefined ? {} : (JSON.parse(JSON.stringify(message)) as unknown);
}

const validators = new WeakMap<TSchema, Validator>();

function checked(schema: TSchema, message: unknown, subject: string): unknown {
  const copy = overTheWire(message);
  const validator = validators.get(schema) ?? Compile(schema);
  validators.set(schema, validator);
  if (validator.Check(copy)) return copy;
  const [first] = validator.Errors(copy);
  // The value is not named: it may be a sealed box.
  const detail = `${subject}: ${first?.instancePath ?? ""} ${first?.message ?? ""}`;
  throw new CloudError("bug", "A message on the bus does not fit its schema.", { detail });
}

async function withTimeout<T>(work: Promise<T>, timeoutMs: number, subject: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new CloudError("timeout", `No answer on ${subject} within ${timeoutMs / 1000} s.`);
    timer = setTimeout(() => reject(error), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
