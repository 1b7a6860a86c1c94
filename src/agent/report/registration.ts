import { isDeepStrictEqual } from "node:util";
import { sleep } from "#base/clock.ts";
import { errorText } from "#base/errors.ts";
import { hostHeartbeat, hostRegister } from "#bus/index.ts";
import type { AgentContext } from "../agent-context.ts";
import { hostFactsCollect, type HostFacts } from "./host-facts.ts";

const answerTimeoutMs = 10_000;
const retryFirstMs = 100;
const retryMostMs = 5_000;
const heartbeatMs = 10_000;
/** Disks and memory may grow, packages may come and go: facts are looked at anew this often. */
const lookMs = 60_000;

export interface RegistrationListener {
  /** The control plane knows the host: it can be given servers. */
  onRegistered(): void;
  onRefused(reason: unknown): void;
}

/**
 * Makes the host known, calls `onRegistered`, and keeps it known until `signal`. Never rejects: what keeps the host
 * from being known goes to `onRefused`, once for each new reason, and is tried again.
 */
export async function registrationRun(
  context: AgentContext,
  signal: AbortSignal,
  hear: RegistrationListener,
): Promise<void> {
  try {
    let known = await registerUntilAnswered(context, signal, hear);
    hear.onRegistered();
    // Beside the looks: these wait for libvirt, which may be busy for long while the host is well.
    const beat = setInterval(
      () => context.bus.publish(hostHeartbeat, { hostId: context.hostId }),
      heartbeatMs,
    );
    try {
      for (;;) {
        await sleep(lookMs, signal);
        known = await registerIfChanged(context, known, signal, hear);
      }
    } finally {
      clearInterval(beat);
    }
  } catch (error) {
    if (!signal.aborted) context.log.error({ error: errorText(error) }, "the host's registration ended");
  }
}

async function registerUntilAnswered(
  context: AgentContext,
  signal: AbortSignal,
  hear: RegistrationListener,
): Promise<HostFacts> {
  let told = "";
  for (let delayMs = retryFirstMs; ; delayMs = Math.min(2 * delayMs, retryMostMs)) {
    signal.throwIfAborted();
    try {
      const facts = await hostFactsCollect(context);
      await context.bus.request(hostRegister, facts, { timeoutMs: answerTimeoutMs });
      context.log.info({ hostname: facts.hostname, traits: facts.traits }, "host is registered");
      return facts;
    } catch (error) {
      signal.throwIfAborted();
      const reason = errorText(error);
      if (reason !== told) {
        context.log.warn({ error: reason, delayMs }, "this host is not registered yet");
        hear.onRefused(error);
      }
      told = reason;
    }
    await sleep(delayMs, signal);
  }
}

async function registerIfChanged(
  context: AgentContext,
  known: HostFacts,
  signal: AbortSignal,
  hear: RegistrationListener,
): Promise<HostFacts> {
  try {
    if (isDeepStrictEqual(await hostFactsCollect(context), known)) return known;
  } catch (error) {
    // libvirtd is away; its return registers the host again.
    context.log.debug({ error: errorText(error) }, "facts of the host could not be collected");
    return known;
  }
  return await registerUntilAnswered(context, signal, hear);
}
