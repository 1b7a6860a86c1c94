import { ConfigError } from "./config-error.ts";
import type { Entry } from "./ini.ts";
import { nearest } from "./nearest.ts";
import type { Section, SectionValues } from "./option.ts";
import { apiSection } from "./sections/api.ts";
import { databaseSection } from "./sections/database.ts";
import { defaultSection } from "./sections/default.ts";
import { keyManagerSection } from "./sections/key-manager.ts";
import { libvirtSection } from "./sections/libvirt.ts";

const sections = {
  DEFAULT: defaultSection,
  api: apiSection,
  database: databaseSection,
  libvirt: libvirtSection,
  key_manager: keyManagerSection,
};

export type Values = { readonly [Name in keyof typeof sections]: SectionValues<(typeof sections)[Name]> };

/** Where a value that was set comes from, by `section.option`. */
export type Places = ReadonlyMap<string, string>;

const variablePrefix = "SEALSTONE_";

/** `SEALSTONE_LIBVIRT__VIRT_TYPE=qemu` → an entry of [libvirt]. */
export function environmentEntries(env: Readonly<Record<string, string | undefined>>): Entry[] {
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(env)) {
    const [section, option] = name.startsWith(variablePrefix)
      ? name.slice(variablePrefix.length).split("__")
      : [];
    if (section === undefined || option === undefined || value === undefined) continue;
    const known = Object.keys(sections).find(
      (candidate) => candidate.toLowerCase() === section.toLowerCase(),
    );
    const place = `environment variable ${name}`;
    entries.push({ section: known ?? section, option: option.toLowerCase(), value, place });
  }
  return entries;
}

/** Later entries win. Throws ConfigError for an unknown section or option and for a value that is not allowed. */
export function valuesRead(entries: readonly Entry[]): { readonly values: Values; readonly places: Places } {
  const places = new Map<string, string>();
  const values = Object.fromEntries(
    Object.entries<Section>(sections).map(([name, section]) => [
      name,
      Object.fromEntries(Object.entries(section).map(([option, { default: value }]) => [option, value])),
    ]),
  ) as Record<string, Record<string, unknown>>;
  for (const entry of entries) {
    const target = values[entry.section];
    const section: Section | undefined = (sections as Record<string, Section>)[entry.section];
    if (!section || !target) throw unknown(entry, "section", entry.section, Object.keys(sections));
    const option = section[entry.option];
    if (!option) throw unknown(entry, `option of [${entry.section}]`, entry.option, Object.keys(section));
    const value = option.parse(entry.value);
    if (value === undefined) {
      throw new ConfigError(
        entry.place,
        `[${entry.section}] ${entry.option}: found "${entry.value}", allowed is ${option.allowed}`,
      );
    }
    target[entry.option] = value;
    places.set(`${entry.section}.${entry.option}`, entry.place);
  }
  return { values: values as unknown as Values, places };
}

function unknown(entry: Entry, what: string, found: string, known: readonly string[]): ConfigError {
  const meant = nearest(found, known);
  const hint = meant === undefined ? "" : ` (did you mean ${meant}?)`;
  const where = `[${entry.section}] ${entry.option}`;
  return new ConfigError(
    entry.place,
    `${where}: found the unknown ${what} "${found}"${hint}, allowed are: ${known.join(", ")}`,
  );
}
