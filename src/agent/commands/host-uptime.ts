import { uptimeRead } from "../uptime.ts";
import type { Command } from "./command.ts";

export const hostUptime: Command<"hostUptime"> = () => uptimeRead();
