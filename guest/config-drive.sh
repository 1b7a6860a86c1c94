# What a config drive says, for a guest that was asked to look (`config_drive=1`): each file as base64, once a boot.

config_drive_facts() {
  if ! device=$(findfs LABEL=config-2 2>/run/error); then
    fact config-drive none
    return
  fi
  mkdir -p /run/config
  if ! mount -t iso9660 -o ro "$device" /run/config 2>/run/error; then
    fact config-drive "error: $(last_error)"
    return
  fi
  fact config-drive "$device"
  (
    cd /run/config || exit
    for file in openstack/latest/* openstack/content/* ec2/latest/*; do
      [ -f "$file" ] && fact "config $file" "$(base64 "$file" | tr -d '\n')"
    done
  )
  umount /run/config
}
