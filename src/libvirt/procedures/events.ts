/**
 * Domain events. Each subscription is for all domains and survives reconnects; what happened while the connection was
 * away is not told (see `onConnectionChange`).
 */
import type { LibvirtConnection } from "../connection.ts";
import type { EventKind, Subscription } from "../subscriptions.ts";
import { EVENT_NUMBERS } from "./numbers.ts";
import { domainHandleRead } from "./structs.ts";

/** `virDomainEventType` and its details (`libvirt/libvirt-domain.h`): positions are the numbers on the wire. */
const DETAILS = {
  defined: ["added", "updated", "renamed", "from-snapshot"],
  undefined: ["removed", "renamed"],
  started: ["booted", "migrated", "restored", "from-snapshot", "wakeup"],
  suspended: [
    "paused",
    "migrated",
    "ioerror",
    "watchdog",
    "restored",
    "from-snapshot",
    "api-error",
    "postcopy",
    "postcopy-failed",
  ],
  resumed: ["unpaused", "migrated", "from-snapshot", "postcopy", "postcopy-failed"],
  stopped: ["shutdown", "destroyed", "crashed", "migrated", "saved", "failed", "from-snapshot"],
  shutdown: ["finished", "guest", "host"],
  pmsuspended: ["memory", "disk"],
  crashed: ["panicked", "crashloaded"],
} as const;

const EVENTS = [
  "defined",
  "undefined",
  "started",
  "suspended",
  "resumed",
  "stopped",
  "shutdown",
  "pmsuspended",
  "crashed",
] as const;

export type LifecycleEventName = (typeof EVENTS)[number];

interface EventDomain {
  readonly uuid: string;
  readonly name: string;
  /** Of the running instance; -1 when it does not run. */
  readonly id: number;
}

/** What happened and how: `{ event: "stopped", detail: "destroyed" }`. `unknown` is newer than this table. */
export type LifecycleEvent = EventDomain &
  (
    | {
        [Event in LifecycleEventName]: {
          readonly event: Event;
          readonly detail: (typeof DETAILS)[Event][number] | "unknown";
        };
      }[LifecycleEventName]
    | { readonly event: "unknown"; readonly detail: "unknown" }
  );

/** The guest rebooted or was reset. */
export type RebootEvent = EventDomain;

/** `VIR_DOMAIN_EVENT_ID_LIFECYCLE`, `REMOTE_PROC_DOMAIN_EVENT_CALLBACK_LIFECYCLE` (318). */
const LIFECYCLE: EventKind<LifecycleEvent> = {
  eventId: 0,
  procedure: EVENT_NUMBERS.domainEventCallbackLifecycle,
  read: (reader) => {
    const domain = domainHandleRead(reader);
    const event = EVENTS[reader.int()] ?? "unknown";
    const details: readonly string[] = event === "unknown" ? [] : DETAILS[event];
    const detail = details[reader.int()] ?? "unknown";
    reader.end();
    // Event and detail belong together by construction, which the type system cannot follow.
    return { ...domain, event, detail } as LifecycleEvent;
  },
};

/** `VIR_DOMAIN_EVENT_ID_REBOOT`, `REMOTE_PROC_DOMAIN_EVENT_CALLBACK_REBOOT` (319). */
const REBOOT: EventKind<RebootEvent> = {
  eventId: 1,
  procedure: EVENT_NUMBERS.domainEventCallbackReboot,
  read: (reader) => {
    const domain = domainHandleRead(reader);
    reader.end();
    return domain;
  },
};

/** Listeners are called in libvirt's order, one at a time, from the socket's turn: return quickly. */
export function domainLifecycleSubscribe(
  connection: LibvirtConnection,
  listener: (event: LifecycleEvent) => void,
): Promise<Subscription> {
  return connection.subscribe(LIFECYCLE, listener);
}

/** As {@link domainLifecycleSubscribe}, for reboots and resets. */
export function domainRebootSubscribe(
  connection: LibvirtConnection,
  listener: (event: RebootEvent) => void,
): Promise<Subscription> {
  return connection.subscribe(REBOOT, listener);
}

/** The numbers of a lifecycle event on the wire. */
export function lifecycleNumbers(
  event: LifecycleEventName,
  detail: string,
): { event: number; detail: number } {
  const details: readonly string[] = DETAILS[event];
  return { event: EVENTS.indexOf(event), detail: details.indexOf(detail) };
}
