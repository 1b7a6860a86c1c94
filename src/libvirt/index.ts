/**
 * libvirt over its own RPC protocol, in TypeScript: a unix socket, no native code, no process per call.
 *
 *     const libvirt = await LibvirtConnection.open();
 *     const domain = await domainDefine(libvirt, xml);
 *     await domainStart(libvirt, domain);
 */
export { LibvirtConnection } from "./connection.ts";
export type { ConnectionChange, ConnectionState, LibvirtOptions } from "./options.ts";
export {
  isAgentUnresponsive,
  isConnectionLost,
  isDenied,
  isInternalError,
  isInvalidArgument,
  isNoDomain,
  isNoSecret,
  isOperationAborted,
  isOperationFailed,
  isOperationInvalid,
  isOperationTimeout,
  isUnsupported,
  isXmlError,
  LibvirtConnectionError,
  LibvirtError,
} from "./errors.ts";
export type { ConnectionErrorReason } from "./errors.ts";
export type { LibvirtErrorCode, LibvirtErrorDomain, LibvirtErrorLevel } from "./error-codes.ts";
export {
  domainDestroy,
  domainHasManagedSave,
  domainInjectNmi,
  domainManagedSave,
  domainManagedSaveGetXml,
  domainManagedSaveRemove,
  domainReboot,
  domainReset,
  domainResume,
  domainShutdown,
  domainStart,
  domainSuspend,
} from "./procedures/domain-actions.ts";
export { domainAbortJob, domainBackupBegin, domainJobStats } from "./procedures/domain-jobs.ts";
export type { DomainJobStats, DomainJobType } from "./procedures/domain-jobs.ts";
export type { UndefineOptions } from "./procedures/domain-flags.ts";
export { domainBlockStats, domainMemoryStats, domainVcpuTimes } from "./procedures/domain-statistics.ts";
export type { DomainState, DomainStatus } from "./procedures/domain-state.ts";
export {
  domainDefine,
  domainGetInfo,
  domainGetState,
  domainGetXml,
  domainList,
  domainLookupByName,
  domainLookupByUuid,
  domainUndefine,
} from "./procedures/domains.ts";
export type { DomainInfo } from "./procedures/domains.ts";
export { domainLifecycleSubscribe, domainRebootSubscribe } from "./procedures/events.ts";
export type { LifecycleEvent, LifecycleEventName, RebootEvent } from "./procedures/events.ts";
export {
  capabilities,
  domainCapabilities,
  hostname,
  hypervisorVersion,
  libvirtVersion,
  nodeCpuStats,
  nodeInfo,
  nodeMemoryStats,
} from "./procedures/host.ts";
export type { DomainCapabilitiesQuery, NodeCpuStats, NodeInfo, NodeMemoryStats } from "./procedures/host.ts";
export {
  secretDefine,
  secretList,
  secretLookupByUsage,
  secretLookupByUuid,
  secretSetValue,
  secretUndefine,
} from "./procedures/secrets.ts";
export type { SecretHandle, SecretReference, SecretUsageType } from "./procedures/secrets.ts";
export type { DomainHandle, DomainReference } from "./procedures/structs.ts";
export type { Subscription } from "./subscriptions.ts";
