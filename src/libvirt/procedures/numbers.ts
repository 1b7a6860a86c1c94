/**
 * The procedures used here (`enum remote_procedure` in `remote_protocol.x`: `domainLookupByUuid` is
 * `REMOTE_PROC_DOMAIN_LOOKUP_BY_UUID`). Numbers are never reused by libvirt.
 */
export const PROCEDURE_NUMBERS = {
  connectOpen: 1,
  connectClose: 2,
  connectGetVersion: 4,
  nodeGetInfo: 6,
  connectGetCapabilities: 7,
  domainGetXmlDesc: 14,
  domainGetInfo: 16,
  domainGetVcpus: 20,
  domainLookupByName: 23,
  domainLookupByUuid: 24,
  domainReboot: 27,
  domainResume: 28,
  domainSuspend: 34,
  connectGetHostname: 59,
  connectSupportsFeature: 60,
  domainBlockStats: 64,
  authList: 66,
  authPolkit: 70,
  secretLookupByUuid: 141,
  secretDefineXml: 142,
  secretSetValue: 144,
  secretUndefine: 146,
  secretLookupByUsage: 147,
  connectGetLibVersion: 157,
  domainMemoryStats: 159,
  domainAbortJob: 164,
  domainManagedSave: 182,
  domainHasManagedSaveImage: 183,
  domainManagedSaveRemove: 184,
  domainCreateWithFlags: 196,
  domainInjectNmi: 210,
  domainGetState: 212,
  nodeGetCpuStats: 227,
  nodeGetMemoryStats: 228,
  domainUndefineFlags: 231,
  domainDestroyFlags: 234,
  domainReset: 245,
  domainShutdownFlags: 258,
  connectListAllDomains: 273,
  connectListAllSecrets: 287,
  domainGetJobStats: 298,
  connectDomainEventCallbackRegisterAny: 316,
  connectDomainEventCallbackDeregisterAny: 317,
  connectGetDomainCapabilities: 342,
  domainDefineXmlFlags: 350,
  domainManagedSaveGetXmlDesc: 388,
  domainBackupBegin: 421,
} as const;

export type ProcedureName = keyof typeof PROCEDURE_NUMBERS;

/** Procedures that libvirtd calls on us: event messages. Each starts with the callback id of its registration. */
export const EVENT_NUMBERS = {
  domainEventCallbackLifecycle: 318,
  domainEventCallbackReboot: 319,
} as const;
