# One block of facts: a `key: value` a line, each line with the same prefix, between a begin and an end line.
# guest/console-facts.ts is its reader.

fact() {
  echo "sealstone-guest: $1: $2"
}

# The last lines of what a failed command said, on one line.
last_error() {
  tail -n 3 /run/error | tr '\n' ' '
}

tpm_pcrs() {
  for index in 0 1 2 3 4 5 6 7; do
    file=/sys/class/tpm/tpm0/pcr-$1/$index
    if [ -r "$file" ]; then
      read -r digest <"$file"
      fact "PCR $1:$index" "$digest"
    else
      fact "PCR $1:$index" "error: $file is not there"
    fi
  done
}

tpm_facts() {
  devices=
  for device in /dev/tpm0 /dev/tpmrm0; do
    [ -c "$device" ] && devices="$devices $device"
  done
  if [ -z "$devices" ]; then
    fact devices "no TPM device"
    return
  fi
  fact devices "${devices# }"
  read -r major </sys/class/tpm/tpm0/tpm_version_major
  fact tpm_version_major "$major"
  case "$major" in
    2) tpm2_facts ;;
    1) tpm12_facts ;;
  esac
}

# Every disk and CD by name, with its size in sectors.
block_devices() {
  list=
  for block in /sys/block/vd* /sys/block/sd* /sys/block/sr*; do
    [ -r "$block/size" ] || continue
    read -r sectors <"$block/size"
    list="$list ${block##*/}:$sectors"
  done
  fact block-devices "${list# }"
}

facts_block() {
  read -r uptime _ </proc/uptime
  read -r boot_id </proc/sys/kernel/random/boot_id
  echo "sealstone-guest: ---- facts begin ----"
  fact boot-id "$boot_id"
  fact seq "$seq"
  fact uptime "$uptime"
  fact disk "$disk_state"
  fact boots "$boots"
  block_devices
  tpm_facts
  [ -z "$config_drive" ] || [ "$seq" -gt 1 ] || config_drive_facts
  echo "sealstone-guest: ---- facts end ----"
}
