import { ConfigError } from "./config-error.ts";
import type { Entry } from "./ini.ts";
import { nearest } from "./nearest.ts";
import type { Option, Section, SectionValues } from "./option.ts";
import { apiSection } from "./sections/api.ts";
import { auditSection } from "./sections/audit.ts";
import { barbicanSection } from "./sections/barbican.ts";
import { databaseSection } from "./sections/database.ts";
import { defaultSection } from "./sections/default.ts";
import { federationSection } from "./sections/federation.ts";
import { keyManagerSection } from "./sections/key-manager.ts";
import { libvirtSection } from "./sections/libvirt.ts";
import { osloPolicySection } from "./sections/oslo-policy.ts";
import { placementSection } from "./sections/placement.ts";
import { tpmPoolSection } from "./sections/tpm-pool.ts";
import { tpmVaultSection } from "./sections/tpm-vault.ts";

const sections = {
  DEFAULT: defaultSection,
  api: apiSection,
  audit: auditSection,
  barbican: barbicanSection,
  database: databaseSection,
  federation: federationSection,
  libvirt: libvirtSection,
  key_manager: keyManagerSection,
  oslo_policy: osloPolicySection,
  placement: placementSection,
  tpm_pool: tpmPoolSection,
  tpm_vault: tpmVaultSection,
};

export type Values = { readonly [Name in keyof typeof sections]: SectionValues<(typeof sections)[Name]> };

/** Where a value that was set comes from, by `section.option`. */
export type Places = ReadonlyMap<string, string>;

/** Sections of nova.conf that would be of no effect here, by their names, and why. */
const needless: Readonly<Record<string, string>> = {
  barbican_service_user:
    "the service token is one of the cloud's own user nova on the project service, which needs no password; remove the section",
};

const variablePrefix = "SEALSTONE_";

/** `SEALSTONE_LIBVIRT__VIRT_TYPE=qemu` → an entry of [libvirt]. */
export function environmentEntries(env: Readonly<Record<string, string | undefined>>): Entry[] {
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(env)) {
    const [section, ...rest] = name.startsWith(variablePrefix)
      ? name.slice(variablePrefix.length).split("__")
      : [];
    if (section === undefined || rest.length === 0 || value === undefined) continue;
    const option = rest.join("__");
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
    const { section: name, option: optionName } = entry;
    const target = values[name];
    const section = own<Section>(sections, name);
    const reason = own(needless, name);
    if (reason !== undefined) throw new ConfigError(entry.place, `[${name}]: ${reason}`);
    if (!section || !target) throw unknown(entry, "section", name, Object.keys(sections));
    if (optionName === undefined) continue;
    const option = own(section, optionName);
    if (!option) throw unknown(entry, `option of [${name}]`, optionName, Object.keys(section));
    const value = option.parse(entry.value);
    if (value === undefined) throw refused(entry, option);
    target[optionName] = value;
    places.set(`${name}.${optionName}`, entry.place);
  }
  return { values: values as unknown as Values, places };
}

/** What the object itself has: a file may well say `constructor`. */
function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function refused({ section, option: name, value, place }: Entry, option: Option<unknown>): ConfigError {
  const parts = value.split(",").map((part) => part.trim());
  const early = option.notYet?.some((known) => parts.includes(known)) === true;
  const found = `"${value}"${early ? ", which is not supported yet" : ""}`;
  return new ConfigError(place, `[${section}] ${name ?? ""}: found ${found}, allowed is ${option.allowed}`);
}

function unknown(entry: Entry, what: string, found: string, known: readonly string[]): ConfigError {
  const meant = nearest(found, known);
  const hint = meant === undefined ? "" : ` (did you mean ${meant}?)`;
  const where = [`[${entry.section}]`, entry.option].filter(Boolean).join(" ");
  return new ConfigError(
    entry.place,
    `${where}: found the unknown ${what} "${found}"${hint}, allowed are: ${known.join(", ")}`,
  );
}
