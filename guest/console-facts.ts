/** A value that the guest keeps in its TPM. In the states `lost` and `error`, `value` is what the guest says about it. */
export interface GuestValue<State extends string> {
  readonly state: State | "lost" | "error";
  readonly value: string;
}

/** One block of facts, as the scripts of this folder print it on the serial console about every ten seconds. */
export interface GuestFacts {
  /** New at each boot, the same after a resume. */
  readonly bootId: string;
  /** 1 for the first block of a boot. */
  readonly seq: number;
  readonly uptimeSeconds: number;
  /** How often the disk was booted; undefined without a disk of the guest. */
  readonly boots: number | undefined;
  /** `/dev/tpm0`, and `/dev/tpmrm0` for 2.0; empty without a TPM. */
  readonly devices: readonly string[];
  readonly tpmVersion: "1.2" | "2.0" | undefined;
  /** Over the DER SubjectPublicKeyInfo (2.0) or the RSA modulus (1.2). */
  readonly ekSha256: string | undefined;
  readonly certificateSha256: string | undefined;
  /** TPM 1.2: `taken` at the first boot, `owned` ever after. */
  readonly owner: string | undefined;
  /** By bank and index: `sha256:0`. */
  readonly pcrs: ReadonlyMap<string, string>;
  readonly nv: GuestValue<"written" | "read"> | undefined;
  readonly secret: GuestValue<"sealed" | "unsealed"> | undefined;
  /** Sealed to what was booted; of guests that were asked for it (`pcr_secret=1`). */
  readonly pcrSecret: GuestValue<"sealed" | "unsealed" | "locked"> | undefined;
  /** `vda` → its size in sectors, in the order of their names. */
  readonly blockDevices: ReadonlyMap<string, number>;
  /** The files of the config drive by path, in the first block of guests that were asked for it (`config_drive=1`). */
  readonly configDrive: ReadonlyMap<string, Buffer>;
  /** The facts that are an error or a loss, as printed: empty when all is well. */
  readonly problems: readonly string[];
}

const PREFIX = "sealstone-guest: ";
const BEGIN = "---- facts begin ----";
const END = "---- facts end ----";
const VERSION_OF_MAJOR = new Map<string | undefined, "1.2" | "2.0">([
  ["1", "1.2"],
  ["2", "2.0"],
]);

/** The complete blocks in the text, oldest first. A block that a reset cut off, or that the log lost a part of, is left out. */
export function parseGuestFacts(consoleText: string): GuestFacts[] {
  const blocks: GuestFacts[] = [];
  let open: Map<string, string> | undefined;
  for (const line of consoleText.split(/\r*\n/)) {
    const start = line.indexOf(PREFIX);
    if (start < 0) continue;
    const said = line.slice(start + PREFIX.length);
    if (said === BEGIN) {
      open = new Map();
    } else if (said === END) {
      const block = open && factsFrom(open);
      if (block) blocks.push(block);
      open = undefined;
    } else {
      const [key, value] = splitOnce(said, ": ");
      open?.set(key, value);
    }
  }
  return blocks;
}

function factsFrom(facts: ReadonlyMap<string, string>): GuestFacts | undefined {
  const bootId = facts.get("boot-id");
  const seq = Number(facts.get("seq"));
  const uptimeSeconds = Number(facts.get("uptime"));
  const devices = facts.get("devices");
  if (bootId === undefined || devices === undefined || Number.isNaN(seq) || Number.isNaN(uptimeSeconds))
    return undefined;
  const boots = Number(facts.get("boots"));
  const lines = [...facts];
  return {
    bootId,
    seq,
    uptimeSeconds,
    boots: Number.isNaN(boots) ? undefined : boots,
    devices: devices.split(" ").filter((device) => device.startsWith("/dev/")),
    tpmVersion: VERSION_OF_MAJOR.get(facts.get("tpm_version_major")),
    ekSha256: sha256In(facts.get("EK")),
    certificateSha256: sha256In(facts.get("certificate")),
    owner: facts.get("owner"),
    pcrs: new Map(
      lines.flatMap(([key, value]) => (key.startsWith("PCR ") ? [[key.slice(4), value.toLowerCase()]] : [])),
    ),
    nv: valueFrom(facts.get("NV"), ["written", "read"]),
    secret: valueFrom(facts.get("secret"), ["sealed", "unsealed"]),
    pcrSecret: valueFrom(facts.get("pcr-secret"), ["sealed", "unsealed", "locked"]),
    blockDevices: new Map(
      (facts.get("block-devices") ?? "").split(" ").flatMap((entry) => {
        const [name, sectors] = splitOnce(entry, ":");
        return name === "" ? [] : [[name, Number(sectors)]];
      }),
    ),
    configDrive: new Map(
      lines.flatMap(([key, value]) =>
        key.startsWith("config ") ? [[key.slice("config ".length), Buffer.from(value, "base64")]] : [],
      ),
    ),
    problems: lines
      .filter(([, value]) => /^(error:|LOST )/.test(value))
      .map(([key, value]) => `${key}: ${value}`),
  };
}

function valueFrom<State extends string>(
  text: string | undefined,
  states: readonly State[],
): GuestValue<State> | undefined {
  if (text === undefined) return undefined;
  const [word, value] = splitOnce(text, " ");
  if (word === "LOST") return { state: "lost", value };
  const state = states.find((candidate) => candidate === word);
  return state === undefined ? { state: "error", value: text } : { state, value };
}

function sha256In(text: string | undefined): string | undefined {
  return text === undefined ? undefined : /\b[0-9a-f]{64}\b/.exec(text)?.[0];
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}
