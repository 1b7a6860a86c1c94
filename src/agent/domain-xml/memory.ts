import type { DomainSpec } from "./domain-spec.ts";
import { element, type Element } from "./element.ts";

export function memoryElement({ memoryMiB }: DomainSpec): Element {
  return element("memory", { unit: "MiB" }, memoryMiB);
}

/** Statistics every ten seconds, as Nova. */
export function memoryBalloonElement(): Element {
  return element("memballoon", { model: "virtio" }, [element("stats", { period: 10 })]);
}
