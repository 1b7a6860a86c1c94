import { existsSync } from "node:fs";
import { errorText } from "#base/errors.ts";
import { domainCapabilities, libvirtVersion, LibvirtConnection, LibvirtError } from "#libvirt/index.ts";
import type { AgentConfig } from "./agent-config.ts";
import { domainTpmVersionFind } from "./domain-xml/metadata.ts";
import { hostProgramChecks, instancesPathCheck } from "./host-checks.ts";
import { ownDomainList } from "./own-domain-list.ts";
import type { Requirement } from "./requirement.ts";
import { tpmCapabilitiesRead } from "./report/domain-capabilities.ts";
import { swtpmUserFind } from "./tpm/swtpm-user.ts";

export interface RequirementsInput {
  readonly config: AgentConfig;
  readonly cloudId: string;
  readonly instancesPath: string;
}

/** Everything that a host of this configuration must have, in the order in which one would mend it. Never rejects. */
export async function hostRequirementsCheck(input: RequirementsInput): Promise<readonly Requirement[]> {
  const { socketPath } = input.config.libvirt;
  try {
    await using libvirt: LibvirtConnection = await LibvirtConnection.open({ socketPath });
    return [...(await requirementsCheck(input, libvirt)), ...(await kvmDeviceCheck(libvirt))];
  } catch (error) {
    const denied = /EACCES/.test(errorText(error));
    const unreachable: Requirement = {
      name: "libvirtd",
      ok: false,
      found: `no answer at ${socketPath} (${errorText(error)})`,
      fix: denied
        ? "run this as root"
        : "apt-get install libvirt-daemon-system; systemctl start libvirtd (without systemd: virtlogd -d; libvirtd -d)",
      needed: true,
    };
    return [unreachable, ...(await localChecks(input)), ...unknownChecks(input)];
  }
}

/** As {@link hostRequirementsCheck}, on a connection that is there. Rejects when it breaks. */
export async function requirementsCheck(
  input: RequirementsInput,
  libvirt: LibvirtConnection,
): Promise<readonly Requirement[]> {
  const answers = await libvirtAnswers(input, libvirt);
  return [
    { name: "libvirtd", ok: true, found: `libvirt ${answers.version}`, fix: "", needed: true },
    virtTypeCheck(input.config, answers.capabilities),
    ...(await localChecks(input)),
    emulatorCheck(input.config, answers),
    await swtpmEnabledCheck(input.config, input.cloudId, libvirt),
  ];
}

/** What can be seen without libvirtd. */
async function localChecks({ config, instancesPath }: RequirementsInput): Promise<readonly Requirement[]> {
  return [
    ...(await hostProgramChecks(config.libvirt.swtpmEnabled)),
    await instancesPathCheck(instancesPath),
    ...(await swtpmUserChecks(config)),
    keyManagerCheck(config),
  ];
}

/** What only libvirtd can tell, while it does not answer. */
function unknownChecks({ config }: RequirementsInput): readonly Requirement[] {
  const unknown = {
    ok: false,
    found: "not known: libvirtd does not answer",
    fix: "start libvirtd, then look again",
  };
  return [
    { ...unknown, name: `[libvirt] virt_type = ${config.libvirt.virtType}`, needed: true },
    { ...unknown, name: emulatorName, needed: config.libvirt.swtpmEnabled },
    config.libvirt.swtpmEnabled
      ? { name: "[libvirt] swtpm_enabled", ok: true, found: "True", fix: "", needed: true }
      : {
          ...unknown,
          name: "[libvirt] swtpm_enabled",
          found: "False; whether servers need it is not known",
          needed: false,
        },
  ];
}

const emulatorName = "libvirt offers emulated TPMs";

interface LibvirtAnswers {
  readonly version: string;
  /** Undefined when libvirt has no hypervisor of that type. */
  readonly capabilities: string | undefined;
}

async function libvirtAnswers(
  { config }: RequirementsInput,
  libvirt: LibvirtConnection,
): Promise<LibvirtAnswers> {
  const query = { arch: "x86_64", machine: "pc", virtType: config.libvirt.virtType };
  const [version, capabilities] = await Promise.all([
    libvirtVersion(libvirt),
    // libvirt refuses the question when QEMU or KVM is not there.
    domainCapabilities(libvirt, query).catch((error: unknown) => {
      if (error instanceof LibvirtError) return undefined;
      throw error;
    }),
  ]);
  return { version, capabilities };
}

function virtTypeCheck(config: AgentConfig, capabilities: string | undefined): Requirement {
  const { virtType } = config.libvirt;
  const ok = capabilities !== undefined;
  return {
    name: `[libvirt] virt_type = ${virtType}`,
    ok,
    found: ok ? "libvirt offers it" : "libvirt does not offer it",
    fix:
      virtType === "kvm"
        ? "apt-get install qemu-system-x86; modprobe kvm_intel || modprobe kvm_amd (or set virt_type = qemu)"
        : "apt-get install qemu-system-x86",
    needed: true,
  };
}

/**
 * A device that does not work is worse than none: libvirt takes KVM for usable, finds QEMU without it, and probes QEMU
 * anew at every question and every start (virQEMUCapsIsValid of libvirt's qemu_capabilities.c).
 */
async function kvmDeviceCheck(libvirt: LibvirtConnection): Promise<readonly Requirement[]> {
  if (!existsSync("/dev/kvm")) return [];
  const query = { arch: "x86_64", machine: "pc", virtType: "kvm" } as const;
  const ok = await domainCapabilities(libvirt, query).then(
    () => true,
    () => false,
  );
  return [
    {
      name: "/dev/kvm",
      ok,
      found: ok
        ? "libvirt offers KVM"
        : "there, but QEMU cannot use it: libvirt probes QEMU anew at every start of a server, which takes seconds",
      fix: "make KVM work (virtualization in the firmware, or nested virtualization), or take the device away: rm /dev/kvm",
      needed: false,
    },
  ];
}

async function swtpmUserChecks({ libvirt }: AgentConfig): Promise<readonly Requirement[]> {
  const { swtpmEnabled: needed, swtpmUser, swtpmGroup } = libvirt;
  const { uid, gid } = await swtpmUserFind(swtpmUser, swtpmGroup);
  return [
    {
      name: "[libvirt] swtpm_user",
      ok: uid !== undefined,
      found: uid === undefined ? `no user ${swtpmUser}` : `${swtpmUser} (${uid})`,
      fix: `apt-get install swtpm-tools, or adduser --system --no-create-home ${swtpmUser}, or name another in [libvirt] swtpm_user`,
      needed,
    },
    {
      name: "[libvirt] swtpm_group",
      ok: gid !== undefined,
      found: gid === undefined ? `no group ${swtpmGroup}` : `${swtpmGroup} (${gid})`,
      fix: `apt-get install swtpm-tools, or addgroup --system ${swtpmGroup}, or name another in [libvirt] swtpm_group`,
      needed,
    },
  ];
}

function keyManagerCheck({ keyManager: { backend }, libvirt }: AgentConfig): Requirement {
  return {
    name: "[key_manager] backend",
    ok: backend !== undefined,
    found: backend ?? "none",
    fix: "set backend = embedded, or barbican, in section [key_manager]",
    needed: libvirt.swtpmEnabled,
  };
}

function emulatorCheck({ libvirt }: AgentConfig, { capabilities }: LibvirtAnswers): Requirement {
  const tpm = tpmCapabilitiesRead(capabilities ?? "");
  const ok = tpm.versions.length > 0 && tpm.models.length > 0;
  return {
    name: emulatorName,
    ok,
    found: ok
      ? `${tpm.versions.join(", ")}; ${tpm.models.join(", ")}`
      : "domain capabilities list no <tpm> with backend emulator",
    fix: "apt-get install swtpm swtpm-tools; systemctl restart libvirtd",
    needed: libvirt.swtpmEnabled,
  };
}

/** Off is a choice, unless there are servers that cannot live without. */
async function swtpmEnabledCheck(
  config: AgentConfig,
  cloudId: string,
  libvirt: LibvirtConnection,
): Promise<Requirement> {
  const name = "[libvirt] swtpm_enabled";
  const fix = "set swtpm_enabled = True in section [libvirt]";
  if (config.libvirt.swtpmEnabled) return { name, ok: true, found: "True", fix, needed: true };
  const domains = [...(await ownDomainList({ libvirt, cloudId })).values()];
  const withTpm = domains
    .filter(({ xml }) => domainTpmVersionFind(xml) !== undefined)
    .map(({ handle }) => handle.uuid);
  if (withTpm.length === 0)
    return { name, ok: false, found: "False: the host offers no vTPMs", fix, needed: false };
  const found = `False, but ${withTpm.length} server(s) of this host have a vTPM: ${withTpm.slice(0, 5).join(", ")}`;
  return { name, ok: false, found, fix: `${fix}, or delete these servers`, needed: true };
}
