import { expect } from "vitest";
import type { RealCloud } from "./real-cloud.ts";

export interface GuestImages {
  /** An image of the guest with these words more on its kernel's command line. */
  make(name: string, words: string, properties?: Readonly<Record<string, string>>): Promise<string>;
  /** The id of a flavor by its name. */
  flavor(name: string): Promise<string>;
}

/** Images of the demo user's from the parts of `sealstone-guest`. */
export async function guestImages({ demo, url }: RealCloud): Promise<GuestImages> {
  const { images } = (await demo.send("GET", "/image/v2/images?name=sealstone-guest")).body;
  const [guest] = images as { id: string; kernel_id: string; ramdisk_id: string; os_command_line: string }[];
  const file = await fetch(`${url}/image/v2/images/${guest?.id}/file`, {
    headers: { "x-auth-token": demo.token },
  });
  const disk = new Uint8Array(await file.arrayBuffer());
  return {
    async make(name, words, properties = {}) {
      const made = await demo.send("POST", "/image/v2/images", {
        name,
        disk_format: "qcow2",
        container_format: "bare",
        kernel_id: guest?.kernel_id,
        ramdisk_id: guest?.ramdisk_id,
        os_command_line: `${guest?.os_command_line} ${words}`,
        ...properties,
      });
      expect(made.status, JSON.stringify(made.body)).toBe(201);
      const path = `/image/v2/images/${made.body.id}/file`;
      expect((await demo.send("PUT", path, disk)).status).toBe(204);
      return made.body.id as string;
    },
    async flavor(name) {
      const { flavors } = (await demo.send("GET", "/compute/v2.1/flavors")).body;
      return (flavors as { id: string; name: string }[]).find((flavor) => flavor.name === name)?.id ?? "";
    },
  };
}
