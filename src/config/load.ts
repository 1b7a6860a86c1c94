import type { TpmSecretSecurity } from "#vtpm/index.ts";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { barbicanOf, type BarbicanConfig } from "./barbican.ts";
import { ConfigError } from "./config-error.ts";
import { databaseAddressOf, type DatabaseAddress } from "./database-address.ts";
import { federationOf, type FederationConfig } from "./federation.ts";
import { iniParse, type Entry } from "./ini.ts";
import { environmentEntries, valuesRead, type Places, type Values } from "./read.ts";

/** The whole configuration, checked; the same for as long as the process lives. */
export interface Config {
  readonly host: string | undefined;
  readonly myIp: string | undefined;
  readonly debug: boolean;
  readonly resumeGuestsStateOnHostBoot: boolean;
  /** Absolute. */
  readonly statePath: string;
  /** Undefined: below /var/lib/sealstone, by the state directory's own id. */
  readonly instancesPath: string | undefined;
  readonly cpuAllocationRatio: number;
  readonly ramAllocationRatio: number;
  readonly diskAllocationRatio: number;
  readonly reservedHostMemoryMiB: number;
  readonly forceConfigDrive: boolean;
  readonly shelvedOffloadTimeS: number;
  readonly database: DatabaseAddress;
  readonly api: { readonly listenAddress: string; readonly listenPort: number; readonly publicUrl: string };
  /** `retentionDays` undefined: events are kept for ever. */
  readonly audit: { readonly retentionDays: number | undefined };
  readonly libvirt: {
    readonly virtType: "kvm" | "qemu";
    readonly socketPath: string;
    readonly swtpmEnabled: boolean;
    readonly swtpmUser: string;
    readonly swtpmGroup: string;
    readonly supportedTpmSecretSecurity: readonly TpmSecretSecurity[];
  };
  readonly keyManager: {
    readonly backend: "embedded" | "barbican" | undefined;
    /** Of the backend `barbican`. */
    readonly barbican: BarbicanConfig | undefined;
  };
  /** Undefined: nobody signs in by an identity provider. */
  readonly federation: FederationConfig | undefined;
  readonly placement: {
    readonly randomizeCandidates: boolean;
    /** Undefined: Placement has no port of its own. */
    readonly listenPort: number | undefined;
  };
  readonly intervals: { readonly resizeConfirmS: number; readonly reclaimS: number };
  readonly tpmVault: { readonly generationsKept: number };
  /** How many TPMs of each version a host makes ahead. */
  readonly tpmPool: { readonly "2.0": number; readonly "1.2": number };
  /** `named`: somebody asked for this file, so it must exist. */
  readonly policyFile: { readonly path: string; readonly named: boolean };
}

export interface ConfigSource {
  /** Of `--config`; must exist. Without it: sealstone.conf in the state directory, when it is there. */
  readonly path: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly defaultStatePath: string;
  /** From the command line, as text. */
  readonly overrides: { readonly statePath?: string; readonly port?: string };
}

/** File, then environment (`SEALSTONE_<SECTION>__<OPTION>`), then command line. Throws ConfigError. */
export function configLoad(source: ConfigSource): Config {
  const outer = [...environmentEntries(source.env), ...lineEntries(source)];
  const named = valuesRead(outer).values.DEFAULT.state_path;
  const likely = join(resolve(named ?? source.defaultStatePath), "sealstone.conf");
  const path = source.path ?? (existsSync(likely) ? likely : undefined);
  const { values, places } = valuesRead([...(path === undefined ? [] : fileEntries(path)), ...outer]);
  const config = configOf(values, places, { path, defaultStatePath: source.defaultStatePath });
  for (const part of [
    config.api,
    config.audit,
    config.database,
    config.libvirt,
    config.keyManager,
    config.placement,
    config.intervals,
    config.tpmVault,
    config.tpmPool,
    config.policyFile,
  ])
    Object.freeze(part);
  return Object.freeze(config);
}

function fileEntries(path: string): Entry[] {
  try {
    return iniParse(path, readFileSync(path, "utf8"));
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw new ConfigError(
      path,
      `the configuration file cannot be read (${(cause as NodeJS.ErrnoException).code ?? "unknown"}); allowed is the path of a readable file`,
    );
  }
}

function lineEntries({ overrides }: ConfigSource): Entry[] {
  const { statePath, port } = overrides;
  return [
    ...(statePath === undefined
      ? []
      : [{ section: "DEFAULT", option: "state_path", value: statePath, place: "--state-path" }]),
    ...(port === undefined ? [] : [{ section: "api", option: "listen_port", value: port, place: "--port" }]),
  ];
}

function configOf(
  values: Values,
  places: Places,
  { path, defaultStatePath }: Pick<ConfigSource, "path" | "defaultStatePath">,
): Config {
  const { DEFAULT: common, api, libvirt, key_manager: keyManager } = values;
  const statePath = resolve(common.state_path ?? defaultStatePath);
  const backend = keyManager.backend === "none" ? undefined : (keyManager.backend ?? "embedded");
  if (libvirt.swtpm_enabled && backend === undefined) {
    const place =
      places.get("key_manager.backend") ?? places.get("libvirt.swtpm_enabled") ?? "sealstone.conf";
    throw new ConfigError(
      place,
      `[libvirt] swtpm_enabled: found True together with [key_manager] backend = none, allowed is True only with a key manager (embedded, barbican)`,
    );
  }
  return {
    host: common.host,
    myIp: common.my_ip,
    debug: common.debug,
    resumeGuestsStateOnHostBoot: common.resume_guests_state_on_host_boot,
    statePath,
    instancesPath: instancesPathOf(common.instances_path, places),
    cpuAllocationRatio: common.cpu_allocation_ratio,
    ramAllocationRatio: common.ram_allocation_ratio,
    diskAllocationRatio: common.disk_allocation_ratio,
    reservedHostMemoryMiB: common.reserved_host_memory_mb,
    forceConfigDrive: common.force_config_drive,
    shelvedOffloadTimeS: common.shelved_offload_time,
    database: databaseAddressOf(
      values.database.connection,
      places.get("database.connection") ?? "",
      statePath,
    ),
    api: {
      listenAddress: api.listen_address,
      listenPort: api.listen_port,
      publicUrl: publicUrlOf(api, places),
    },
    audit: { retentionDays: values.audit.retention_days === 0 ? undefined : values.audit.retention_days },
    libvirt: {
      virtType: libvirt.virt_type ?? virtTypeOfMachine(),
      socketPath: libvirt.connection_socket,
      swtpmEnabled: libvirt.swtpm_enabled,
      swtpmUser: libvirt.swtpm_user,
      swtpmGroup: libvirt.swtpm_group,
      supportedTpmSecretSecurity: libvirt.supported_tpm_secret_security,
    },
    keyManager: { backend, barbican: backend === "barbican" ? barbicanOf(values, places) : undefined },
    federation: federationOf(values, places),
    placement: {
      randomizeCandidates: values.placement.randomize_allocation_candidates,
      listenPort: values.placement.listen_port,
    },
    tpmPool: { "2.0": values.tpm_pool.size, "1.2": values.tpm_pool.size_1_2 },
    intervals: {
      resizeConfirmS: values.DEFAULT.resize_confirm_window,
      reclaimS: values.DEFAULT.reclaim_instance_interval,
    },
    tpmVault: { generationsKept: values.tpm_vault.generations_kept },
    policyFile: policyFileOf(values, path === undefined ? statePath : dirname(resolve(path)), statePath),
  };
}

function policyFileOf(
  { oslo_policy: { policy_file: file } }: Values,
  folder: string,
  statePath: string,
): Config["policyFile"] {
  return file === undefined
    ? { path: join(statePath, "policy.yaml"), named: false }
    : { path: resolve(folder, file), named: true };
}

function instancesPathOf(path: string | undefined, places: Places): string | undefined {
  if (path === undefined || isAbsolute(path)) return path;
  throw new ConfigError(
    places.get("DEFAULT.instances_path") ?? "",
    `[DEFAULT] instances_path: found "${path}", allowed is an absolute path that QEMU's user can reach`,
  );
}

function publicUrlOf(api: Values["api"], places: Places): string {
  const { public_endpoint: endpoint, listen_address: address, listen_port: port } = api;
  if (endpoint === undefined && /^(0\.0\.0\.0|[0:]+)$/.test(address)) {
    throw new ConfigError(
      places.get("api.listen_address") ?? "",
      `[api] listen_address: "${address}" is every address of this machine, but clients are told one: ` +
        "set [api] public_endpoint to the URL that they reach it by, for example http://cloud.example.org:8700",
    );
  }
  if (endpoint === undefined) return `http://${address.includes(":") ? `[${address}]` : address}:${port}`;
  if (/^https?:$/.test(URL.parse(endpoint)?.protocol ?? "")) return endpoint.replace(/\/+$/, "");
  throw new ConfigError(
    places.get("api.public_endpoint") ?? "",
    `[api] public_endpoint: found "${endpoint}", allowed is an http or https URL`,
  );
}

/** Hardware virtualization is there when the processor says so and the kernel really gives it: the node alone proves nothing. */
function virtTypeOfMachine(): "kvm" | "qemu" {
  const flags = existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : "";
  if (!/^flags\s*:.*\b(vmx|svm)\b/m.test(flags)) return "qemu";
  try {
    closeSync(openSync("/dev/kvm", "r+"));
    return "kvm";
  } catch {
    return "qemu";
  }
}
