# The first sector of the disk holds one line of text: how often this disk was booted, and whether the
# guest has written an NV index and sealed a secret in its life. So a TPM that lost them is noticed.

disk=
disk_state="none"
boots=unknown
disk_nv=no
disk_secret=no

disk_save() {
  [ -n "$disk" ] || return 0
  printf '%-511s\n' "sealstone-guest-disk $boots $disk_nv $disk_secret" |
    dd of="$disk" bs=512 count=1 conv=notrunc,fsync 2>/run/error || disk_state="error: $(last_error)"
}

# A sector that is neither blank nor ours belongs to somebody else's disk and is left alone.
disk_count_boot() {
  [ -b /dev/vda ] || return 0
  disk_state=/dev/vda
  record=$(head -c 512 /dev/vda | tr -d '\000')
  case "$record" in
    "") boots=0 ;;
    "sealstone-guest-disk "*)
      set -- $record
      boots=$2 disk_nv=$3 disk_secret=$4
      ;;
    *)
      disk_state="/dev/vda is not a disk of this guest, left alone"
      return 0
      ;;
  esac
  disk=/dev/vda
  boots=$((boots + 1))
  disk_save
}
