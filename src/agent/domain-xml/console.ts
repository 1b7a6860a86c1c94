import type { DomainHost } from "./domain-spec.ts";
import { element, type Element } from "./element.ts";

/** virtlogd writes the log and rotates it (2 MiB, `.0` to `.2`), so it is bounded and outlives the domain. */
export function consoleElement({ consoleLogPath }: DomainHost): Element {
  return element("serial", { type: "pty" }, [
    element("log", { file: consoleLogPath, append: "on" }),
    element("target", { port: 0 }),
  ]);
}
