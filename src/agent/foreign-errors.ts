import { CloudError, errorText, isCloudError } from "#base/errors.ts";
import { isConnectionLost, isNoDomain, isOperationInvalid, isOperationTimeout } from "#libvirt/index.ts";

/**
 * Makes ours of what libvirt, a program or the file system threw while a command ran. The message reaches the server's
 * owner, so it names no path and no program; what was said goes into `detail`, for administrators.
 */
export function commandError(command: string, error: unknown): CloudError {
  if (isCloudError(error)) return error;
  const said = errorText(error);
  const options = { cause: error, detail: `${command}: ${said}` };
  if (isConnectionLost(error))
    return new CloudError("unavailable", "The host does not answer at present.", {
      ...options,
      detail: `${command}: libvirtd does not answer; is it running? ${said}`,
    });
  if (isNoDomain(error)) return new CloudError("not-found", "The host has no such server.", options);
  if (isOperationTimeout(error)) return new CloudError("timeout", "The host took too long.", options);
  if (isOperationInvalid(error)) return new CloudError("conflict", `The host refused ${command}.`, options);
  return new CloudError("bug", `The host could not carry out ${command}.`, options);
}
