import { element, type Element } from "./element.ts";

/** Entropy for the guest's first boot. */
export function rngElement(): Element {
  return element("rng", { model: "virtio" }, [element("backend", { model: "random" }, "/dev/urandom")]);
}
