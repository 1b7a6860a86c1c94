import { ConfigError } from "./config-error.ts";

/** One `option = value`. */
export interface Entry {
  readonly section: string;
  /** Undefined for the header of a section. */
  readonly option: string | undefined;
  readonly value: string;
  /** Where it stands, for messages: `sealstone.conf:12`. */
  readonly place: string;
}

/**
 * Reads sections, `option = value` lines and comments (`#`, `;`). Throws ConfigError for any other line; the message
 * repeats its first word alone, for the rest may be a password.
 */
export function iniParse(path: string, content: string): Entry[] {
  const entries: Entry[] = [];
  let section = "DEFAULT";
  for (const [index, raw] of content.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    const place = `${path}:${index + 1}`;
    const header = /^\[([^\]]+)\]$/.exec(line);
    if (header) {
      section = header[1]?.trim() ?? "";
      entries.push({ section, option: undefined, value: "", place });
      continue;
    }
    const split = line.indexOf("=");
    if (split < 1) {
      const [word = ""] = line.split(/\s/);
      const found = word.length < line.length ? `"${word}" and more without "="` : `"${word}"`;
      throw new ConfigError(place, `found ${found}, allowed are [section], option = value and # comments`);
    }
    entries.push({
      section,
      option: line.slice(0, split).trim(),
      value: line.slice(split + 1).trim(),
      place,
    });
  }
  return entries;
}
