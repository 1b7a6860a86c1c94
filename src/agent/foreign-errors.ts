import { CloudError, errorText, isCloudError } from "#base/errors.ts";
import {
  isConnectionLost,
  isNoDomain,
  isOperationInvalid,
  isOperationTimeout,
  LibvirtError,
} from "#libvirt/index.ts";
import { ProgramError } from "./run-program.ts";

/** Makes ours of what libvirt, a program or the file system threw while a command ran. */
export function commandError(command: string, error: unknown): CloudError {
  if (isCloudError(error)) return error;
  const said = errorText(error);
  const options = { cause: error, detail: `${command}: ${said}` };
  if (isConnectionLost(error))
    return new CloudError("unavailable", "libvirtd on the host does not answer; is it running?", options);
  if (isNoDomain(error)) return new CloudError("not-found", "The host has no such server.", options);
  if (isOperationTimeout(error)) return new CloudError("timeout", `libvirt took too long: ${said}`, options);
  if (isOperationInvalid(error))
    return new CloudError("conflict", `libvirt refused ${command}: ${said}`, options);
  if (error instanceof LibvirtError)
    return new CloudError("bug", `libvirt could not carry out ${command}: ${said}`, options);
  if (error instanceof ProgramError)
    return new CloudError("bug", `The host could not carry out ${command}: ${said}`, options);
  return new CloudError("bug", `The host could not carry out ${command}.`, options);
}
