import { ConfigError } from "./config-error.ts";

/** One `option = value`. */
export interface Entry {
  readonly section: string;
  readonly option: string;
  readonly value: string;
  /** Where it stands, for messages: `sealstone.conf:12`. */
  readonly place: string;
}

/** Reads sections, `option = value` lines and comments (`#`, `;`). Throws ConfigError for any other line. */
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
      continue;
    }
    const split = line.indexOf("=");
    if (split < 1) {
      throw new ConfigError(place, `found "${line}", allowed are [section], option = value and # comments`);
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
