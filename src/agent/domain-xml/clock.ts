import type { DomainHost } from "./domain-spec.ts";
import { element, type Element } from "./element.ts";

/** Nova's timers; it sets them for KVM only, and so do we. */
export function clockElement({ virtType }: DomainHost): Element {
  const timers = [
    element("timer", { name: "pit", tickpolicy: "delay" }),
    element("timer", { name: "rtc", tickpolicy: "catchup" }),
    element("timer", { name: "hpet", present: "no" }),
  ];
  return element("clock", { offset: "utc" }, virtType === "kvm" ? timers : []);
}
