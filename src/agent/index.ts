/**
 * The agent: one for each compute host, root there. It speaks to the control plane by the bus alone and to
 * libvirtd by its socket; it holds no database and no key but the host's own.
 */
export { createAgent } from "./agent.ts";
export type { Agent, AgentOptions } from "./agent.ts";
export { agentConfigDefaults } from "./agent-config.ts";
export type { AgentConfig, AgentLibvirtConfig } from "./agent-config.ts";
export { hostRequirementsCheck } from "./requirements.ts";
export type { Requirement } from "./requirement.ts";
