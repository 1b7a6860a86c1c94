/** A libvirtd for tests that speaks real bytes on a unix socket. */
export { FakeLibvirtd } from "./fake-libvirtd.ts";
export type { FakeFault } from "./fake-daemon.ts";
export type { FakeErrorFields } from "./fake-error.ts";
export type { FakeDomain, FakeHost, FakeSecret } from "./fake-host.ts";
