/** Keystone's filters of a part of the name: `name__contains`; with an i, as in `name__icontains`, in any case. */
const part = /^name__(i?)(contains|startswith|endswith)$/;

const tests: Readonly<Record<string, (name: string, wanted: string) => boolean>> = {
  contains: (name, wanted) => name.includes(wanted),
  startswith: (name, wanted) => name.startsWith(wanted),
  endswith: (name, wanted) => name.endsWith(wanted),
};

/** True for what fits every such filter of the query; one may be there more than once. */
export function nameFilter(query: object): (item: { readonly name: string }) => boolean {
  const wanted = Object.entries(query).flatMap(([key, value]) => {
    const [, ignoreCase, kind = ""] = part.exec(key) ?? [];
    const test = tests[kind];
    if (!test) return [];
    const fold = (text: string): string => (ignoreCase === "i" ? text.toLowerCase() : text);
    return [value].flat().map((text) => (name: string) => test(fold(name), fold(String(text))));
  });
  return ({ name }) => wanted.every((fits) => fits(name));
}
