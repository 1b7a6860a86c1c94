import { errorText } from "#base/errors.ts";
import { serverPowerChanged } from "#bus/index.ts";
import { domainLifecycleSubscribe, domainRebootSubscribe, isNoDomain } from "#libvirt/index.ts";
import type { AgentContext } from "../agent-context.ts";
import { ownDomainFind, powerStateLook } from "../own-domain.ts";
import { ownDomainList } from "../own-domain-list.ts";
import { ServerQueue } from "../server-queue.ts";

/** Passes libvirt's events on to those who wait, and tells the control plane the states that they lead to. */
export class PowerReports {
  readonly #context: AgentContext;
  /** Two reports on one server keep their order. */
  readonly #queue = new ServerQueue();

  constructor(context: AgentContext) {
    this.#context = context;
  }

  /** `onStopped` hears of every domain that went off, whoever's it is. libvirt takes one subscription of a kind. */
  async start(onStopped: (serverId: string) => void): Promise<void> {
    const { libvirt, watch } = this.#context;
    await domainLifecycleSubscribe(libvirt, ({ uuid, event }) => {
      watch.tell(uuid, "lifecycle");
      if (event === "stopped") onStopped(uuid);
      if (event !== "defined" && event !== "undefined") void this.report(uuid);
    });
    await domainRebootSubscribe(libvirt, ({ uuid }) => watch.tell(uuid, "reboot"));
  }

  /** Every server's state: events may have been missed. */
  async reportAll(): Promise<void> {
    const domains = await ownDomainList(this.#context);
    await Promise.all([...domains.keys()].map((serverId) => this.report(serverId)));
  }

  /**
   * Never rejects. The state is asked for rather than taken from an event: so the last report is the latest state. `tpmRuns`: false when
   * its swtpm has ended, which matters only to a domain that runs.
   */
  async report(serverId: string, tpmRuns?: false): Promise<void> {
    const { bus, hostId, libvirt, log } = this.#context;
    try {
      await this.#queue.run(serverId, async () => {
        const domain = await ownDomainFind(this.#context, serverId);
        if (domain === undefined) return;
        const { powerState } = await powerStateLook(libvirt, domain.handle);
        const runs = powerState === "running" || powerState === "paused";
        const news = runs && tpmRuns === false ? { tpmRuns } : {};
        bus.publish(serverPowerChanged, { hostId, serverId, powerState, ...news });
      });
    } catch (error) {
      // Gone meanwhile, or not ours, or libvirtd is away: nothing to tell now, and reconcilers look again.
      if (!isNoDomain(error)) log.debug({ serverId, error: errorText(error) }, "power state not reported");
    }
  }
}
