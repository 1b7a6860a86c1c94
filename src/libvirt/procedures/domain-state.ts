/**
 * `virDomainState` and its reasons (`libvirt/libvirt-domain.h`): the position in a list is the number on the wire.
 * The words are libvirt's own, in kebab-case.
 */
const REASONS = {
  nostate: ["unknown"],
  running: [
    "unknown",
    "booted",
    "migrated",
    "restored",
    "from-snapshot",
    "unpaused",
    "migration-canceled",
    "save-canceled",
    "wakeup",
    "crashed",
    "postcopy",
    "postcopy-failed",
  ],
  blocked: ["unknown"],
  paused: [
    "unknown",
    "user",
    "migration",
    "save",
    "dump",
    "ioerror",
    "watchdog",
    "from-snapshot",
    "shutting-down",
    "snapshot",
    "crashed",
    "starting-up",
    "postcopy",
    "postcopy-failed",
  ],
  shutdown: ["unknown", "user"],
  shutoff: [
    "unknown",
    "shutdown",
    "destroyed",
    "crashed",
    "migrated",
    "saved",
    "failed",
    "from-snapshot",
    "daemon",
  ],
  crashed: ["unknown", "panicked"],
  pmsuspended: ["unknown"],
} as const;

const STATES = [
  "nostate",
  "running",
  "blocked",
  "paused",
  "shutdown",
  "shutoff",
  "crashed",
  "pmsuspended",
] as const;

/** `shutdown` is on its way down, `shutoff` is down. */
export type DomainState = (typeof STATES)[number];

/** A state and why it was reached: `{ state: "shutoff", reason: "destroyed" }`. */
export type DomainStatus = {
  [State in DomainState]: { readonly state: State; readonly reason: (typeof REASONS)[State][number] };
}[DomainState];

/** Numbers that this table does not know read as `nostate` and `unknown`. */
export function domainStateOf(number: number): DomainState {
  return STATES[number] ?? "nostate";
}

export function domainStatusOf(stateNumber: number, reasonNumber: number): DomainStatus {
  const state = domainStateOf(stateNumber);
  // The two belong together by construction, which the type system cannot follow.
  return { state, reason: REASONS[state][reasonNumber] ?? "unknown" } as DomainStatus;
}

/** The numbers of a status on the wire. */
export function domainStatusNumbers(status: DomainStatus): { state: number; reason: number } {
  const reasons: readonly string[] = REASONS[status.state];
  return { state: STATES.indexOf(status.state), reason: reasons.indexOf(status.reason) };
}
