import type { DomainHost, DomainSpec } from "./domain-spec.ts";
import { element, type Element } from "./element.ts";

export function vcpuElement({ vcpus }: DomainSpec): Element {
  return element("vcpu", {}, vcpus);
}

/**
 * With hardware virtualization the host's model, as Nova. Software emulation offers all it can (x86-64-v2 systems
 * do not boot on its default model) but for five-level paging, which only makes it slower.
 */
export function cpuElement({ vcpus }: DomainSpec, { virtType }: DomainHost): Element {
  const topology = element("topology", { sockets: vcpus, cores: 1, threads: 1 });
  if (virtType === "kvm") return element("cpu", { mode: "host-model", check: "partial" }, [topology]);
  return element("cpu", { mode: "maximum", check: "none" }, [
    topology,
    element("feature", { policy: "disable", name: "la57" }),
  ]);
}
