import { xmlUnescape } from "./element.ts";

/** The first `<name …>` element of a document that libvirt wrote: start tag, attributes and inner text. */
export function xmlElementFind(
  xml: string,
  name: string,
): { readonly attributes: Readonly<Record<string, string>>; readonly inner: string } | undefined {
  const start = new RegExp(`<${name}(\\s[^>]*?)?(/?)>`).exec(xml);
  if (start === null) return undefined;
  const from = start.index + start[0].length;
  const to = start[2] === "/" ? from : xml.indexOf(`</${name}>`, from);
  const attributes = [...(start[1] ?? "").matchAll(/([\w:-]+)=(?:"([^"]*)"|'([^']*)')/g)].map(
    ([, key, double, single]) => [key ?? "", xmlUnescape(double ?? single ?? "")] as const,
  );
  return { attributes: Object.fromEntries(attributes), inner: to < 0 ? "" : xml.slice(from, to) };
}

/** The text inside the first `<name>`. */
export function xmlTextFind(xml: string, name: string): string | undefined {
  const found = xmlElementFind(xml, name);
  return found && xmlUnescape(found.inner.trim());
}
