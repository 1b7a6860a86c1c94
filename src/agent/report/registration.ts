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
const heartbeatsPerLook = 6;

/** Makes the host known and keeps it so until `signal`. Never rejects. */
export async function registrationRun(context: AgentContext, signal: AbortSignal): Promise<void> {
  try {
    let known = await registerUntilAnswered(context, signal);
    for (let beat = 1; !signal.aborted; beat++) {
      context.bus.publish(hostHeartbeat, { hostId: context.hostId });
      await sleep(heartbeatMs, signal);
      if (beat % heartbeatsPerLook === 0) known = await registerIfChanged(context, known, signal);
    }
  } catch (error) {
    if (!signal.aborted) context.log.error({ error: errorText(error) }, "the host's registration ended");
  }
}

async function registerUntilAnswered(context: AgentContext, signal: AbortSignal): Promise<HostFacts> {
  for (let delayMs = retryFirstMs; ; delayMs = Math.min(2 * delayMs, retryMostMs)) {
    signal.throwIfAborted();
    try {
      const facts = await hostFactsCollect(context);
      await context.bus.request(hostRegister, facts, { timeoutMs: answerTimeoutMs });
      context.log.info({ hostname: facts.hostname, traits: facts.traits }, "host is registered");
      return facts;
    } catch (error) {
      context.log.debug(
        { error: errorText(error), delayMs },
        "the control plane does not take the registration yet",
      );
    }
    await sleep(delayMs, signal);
  }
}

async function registerIfChanged(
  context: AgentContext,
  known: HostFacts,
  signal: AbortSignal,
): Promise<HostFacts> {
  try {
    if (isDeepStrictEqual(await hostFactsCollect(context), known)) return known;
  } catch (error) {
    // libvirtd is away; its return registers the host again.
    context.log.debug({ error: errorText(error) }, "facts of the host could not be collected");
    return known;
  }
  return await registerUntilAnswered(context, signal);
}
