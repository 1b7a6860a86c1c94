import { randomUUID } from "node:crypto";
import type { DomainStatus } from "../procedures/domain-state.ts";
import type { LifecycleEventName } from "../procedures/events.ts";
import type { SecretUsageType } from "../procedures/secrets.ts";
import { FakeError, noDomain, noSecret, operationInvalid } from "./fake-error.ts";

export interface FakeDomain {
  readonly uuid: string;
  readonly name: string;
  id: number;
  xml: string;
  persistent: boolean;
  status: DomainStatus;
  managedSave: boolean;
  /** A backup: under way until it is aborted, or how the last one ended; of these positions in `virDomainJobType`. */
  job?: "running" | "cancelled" | undefined;
}

export interface FakeSecret {
  readonly uuid: string;
  readonly usageType: SecretUsageType;
  readonly usageId: string;
  readonly ephemeral: boolean;
  readonly private: boolean;
  value: Buffer | undefined;
}

export type FakeEvent =
  | {
      readonly kind: "lifecycle";
      readonly domain: FakeDomain;
      readonly event: LifecycleEventName;
      readonly detail: string;
    }
  | { readonly kind: "reboot"; readonly domain: FakeDomain };

/** What the fake libvirtd knows: domains and secrets in memory, with libvirt's rules as far as its callers see them. */
export class FakeHost {
  readonly domains = new Map<string, FakeDomain>();
  readonly secrets = new Map<string, FakeSecret>();
  onEvent: (event: FakeEvent) => void = () => undefined;
  #lastId = 0;

  domain(uuid: string): FakeDomain {
    const domain = this.domains.get(uuid);
    if (domain === undefined) throw noDomain(`uuid '${uuid}'`);
    return domain;
  }

  secret(uuid: string): FakeSecret {
    const secret = this.secrets.get(uuid);
    if (secret === undefined) throw noSecret(`uuid '${uuid}'`);
    return secret;
  }

  domainDefine(xml: string): FakeDomain {
    const name = requiredElement(xml, "domain", "name");
    const uuid = element(xml, "uuid")?.toLowerCase() ?? randomUUID();
    for (const other of this.domains.values()) {
      if (other.name === name && other.uuid !== uuid) {
        const message = `operation failed: domain '${name}' already exists with uuid ${other.uuid}`;
        throw new FakeError({ code: "operation-failed", domain: "domain", message });
      }
    }
    const known = this.domains.get(uuid);
    const domain = known ?? {
      uuid,
      name,
      id: -1,
      xml,
      persistent: true,
      status: { state: "shutoff", reason: "unknown" },
      managedSave: false,
    };
    domain.xml = xml;
    domain.persistent = true;
    this.domains.set(uuid, domain);
    this.#tell(domain, "defined", known === undefined ? "added" : "updated");
    return domain;
  }

  domainUndefine(domain: FakeDomain, options: { managedSave: boolean }): void {
    if (domain.managedSave && !options.managedSave) {
      throw operationInvalid("Refusing to undefine while domain managed save image exists");
    }
    domain.managedSave = false;
    domain.persistent = false;
    if (domain.id < 0) this.domains.delete(domain.uuid);
    this.#tell(domain, "undefined", "removed");
  }

  domainStart(domain: FakeDomain, options: { paused: boolean; forceBoot: boolean }): void {
    if (domain.id >= 0) throw operationInvalid("domain is already running");
    const restored = domain.managedSave && !options.forceBoot;
    domain.managedSave = false;
    this.#lastId += 1;
    domain.id = this.#lastId;
    domain.status = options.paused
      ? { state: "paused", reason: "user" }
      : { state: "running", reason: restored ? "restored" : "booted" };
    this.#tell(domain, "started", restored ? "restored" : "booted");
    if (options.paused) this.#tell(domain, "suspended", "paused");
  }

  /** For power off, a guest that shuts down, and managed save. */
  domainStop(domain: FakeDomain, reason: "destroyed" | "shutdown" | "saved" | "crashed"): void {
    this.running(domain);
    domain.id = -1;
    domain.status = { state: "shutoff", reason };
    domain.managedSave = reason === "saved";
    if (!domain.persistent) this.domains.delete(domain.uuid);
    // QEMU says that it is going before it is gone, and libvirt passes that on.
    if (reason === "destroyed") this.#tell(domain, "shutdown", "host");
    if (reason === "shutdown") this.#tell(domain, "shutdown", "guest");
    this.#tell(domain, "stopped", reason);
  }

  domainSuspend(domain: FakeDomain): void {
    this.running(domain);
    if (domain.status.state === "paused") return;
    domain.status = { state: "paused", reason: "user" };
    this.#tell(domain, "suspended", "paused");
  }

  domainResume(domain: FakeDomain): void {
    this.running(domain);
    if (domain.status.state === "running") throw operationInvalid("domain is already running");
    domain.status = { state: "running", reason: "unpaused" };
    this.#tell(domain, "resumed", "unpaused");
  }

  domainReboot(domain: FakeDomain): void {
    this.running(domain);
    this.onEvent({ kind: "reboot", domain });
  }

  /** Throws operation-invalid when the domain does not run. */
  running(domain: FakeDomain): void {
    if (domain.id < 0) throw operationInvalid("domain is not running");
  }

  secretDefine(xml: string): FakeSecret {
    const usage = /<usage type=['"](\w+)['"]/.exec(xml)?.[1] as SecretUsageType | undefined;
    const secret: FakeSecret = {
      uuid: element(xml, "uuid")?.toLowerCase() ?? randomUUID(),
      usageType: usage ?? "none",
      usageId: element(xml, "name") ?? element(xml, "volume") ?? element(xml, "target") ?? "",
      ephemeral: /ephemeral=['"]yes['"]/.test(xml),
      private: /private=['"]yes['"]/.test(xml),
      value: undefined,
    };
    if (!xml.includes("<secret")) {
      throw new FakeError({
        code: "xml-error",
        domain: "secret",
        message: "XML error: expecting root element of 'secret'",
      });
    }
    this.secrets.set(secret.uuid, secret);
    return secret;
  }

  #tell(domain: FakeDomain, event: LifecycleEventName, detail: string): void {
    this.onEvent({ kind: "lifecycle", domain, event, detail });
  }
}

/** Text of the first such element; the fake reads XML no deeper than that. */
function element(xml: string, tag: string): string | undefined {
  return new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1];
}

function requiredElement(xml: string, root: string, tag: string): string {
  const text = xml.includes(`<${root}`) ? element(xml, tag) : undefined;
  if (text !== undefined) return text;
  throw new FakeError({
    code: "xml-error",
    domain: "domain",
    message: `XML error: no ${tag} in the ${root}`,
  });
}
