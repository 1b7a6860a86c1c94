/** A piece of XML; text is escaped when it is printed. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[] | string;
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** `element("vcpu", {}, "2")`; an undefined attribute is left out, and so is an undefined child. */
export function element(
  name: string,
  attributes: Attributes = {},
  children: string | number | readonly (Element | undefined)[] = [],
): Element {
  const present = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)]],
  );
  return {
    name,
    attributes: Object.fromEntries(present) as Record<string, string>,
    children:
      typeof children === "object" ? children.filter((child) => child !== undefined) : String(children),
  };
}

/** The text of a whole document, two spaces a level, with a line feed at its end. */
export function xmlPrint(root: Element): string {
  return `${lines(root, "").join("\n")}\n`;
}

function lines({ name, attributes, children }: Element, indent: string): string[] {
  const start = [
    name,
    ...Object.entries(attributes).map(([key, value]) => `${key}="${xmlEscape(value)}"`),
  ].join(" ");
  if (typeof children === "string") return [`${indent}<${start}>${xmlEscape(children)}</${name}>`];
  if (children.length === 0) return [`${indent}<${start}/>`];
  return [
    `${indent}<${start}>`,
    ...children.flatMap((child) => lines(child, `${indent}  `)),
    `${indent}</${name}>`,
  ];
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** XML 1.0 cannot say control characters even escaped, nor half a surrogate pair: they become U+FFFD. */
export function xmlEscape(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ufffd]/g, "\ufffd")
    .replace(/[&<>"']/g, (character) => entities[character] ?? character)
    .replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The opposite of {@link xmlEscape}, for the entities that it and libvirt write. */
export function xmlUnescape(text: string): string {
  return text.replace(
    /&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      return Object.keys(entities).find((character) => entities[character] === `&${name};`) ?? whole;
    },
  );
}
