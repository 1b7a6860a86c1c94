# Facts of a TPM 1.2. TrouSerS and tpm-tools drive it, with the well-known secrets of owner and SRK. What they seal is a
# file, and the daemon has one of its own: both are kept on the disk, behind its first sector.

store=/var/lib/tpm
nv12_index=0x00011016

# The hex bytes of the EK's modulus, as the kernel shows it while nobody owns the TPM and tpm_getpubek to the owner.
tpm12_modulus() {
  if [ "$owned" = 1 ]; then
    modulus=$(tpm_getpubek -z 2>/run/error | sed -n '/Public Key:/,$p' | sed 1d | tr -d ' \t\n')
  else
    modulus=$(sed -n '/^Modulus:/,$p' /sys/class/tpm/tpm0/device/pubek 2>/run/error | sed 1d | tr -d ' \n')
  fi
  [ "${#modulus}" = 512 ]
}

tpm12_ek() {
  if tpm12_modulus; then
    set -- $(echo "$modulus" | xxd -r -p | sha256sum)
    fact EK "$1 (sha256 of the RSA modulus)"
  else
    fact EK "error: nothing shows a 2048-bit public EK $(last_error)"
  fi
}

# The daemon insists on a user tss, a name to call its own and a configuration that only root and tss read.
tpm12_daemon() {
  [ ! -f /run/tcsd ] || return 0
  echo 'root:x:0:0::/:/bin/sh
tss:x:0:0::/:/bin/sh' >/etc/passwd
  echo 'root:x:0:
tss:x:0:' >/etc/group
  echo '127.0.0.1 localhost' >/etc/hosts
  : >/etc/tcsd.conf
  chmod 640 /etc/tcsd.conf
  mkdir -p "$store" /tmp
  tpm12_store_load
  ifconfig lo 127.0.0.1 up
  tcsd >/run/error 2>&1 || return 1
  : >/run/tcsd
  tries=0
  until netstat -ltn 2>/dev/null | grep -q ':30003 ' || [ "$tries" -ge 100 ]; do
    tries=$((tries + 1))
    usleep 100000
  done
}

tpm12_store_load() {
  [ -n "$disk" ] && dd if="$disk" bs=512 skip=8 count=256 2>/dev/null | tar x -C "$store" 2>/dev/null
  chmod 700 "$store"
}

tpm12_store_save() {
  [ -n "$disk" ] || return 0
  tar c -C "$store" . 2>/run/error | dd of="$disk" bs=512 seek=8 conv=notrunc,fsync 2>/run/error
}

# 32 hex digits; the value is made by the kernel, whose generator the TPM feeds.
tpm12_new_value() {
  head -c 16 /dev/urandom | xxd -p
}

# Is there an owner? The kernel says so, and a first boot takes ownership: the SRK is made under the well-known secrets.
tpm12_owner() {
  if [ "$owned" = 1 ]; then
    fact owner owned
  elif [ "$disk_secret" = yes ]; then
    fact owner "LOST nobody owns this TPM, but it was owned when this disk was booted before"
    return 1
  elif tpm_takeownership -y -z >/run/error 2>&1; then
    fact owner taken
    owned=1
  else
    fact owner "error: $(last_error)"
    return 1
  fi
}

tpm12_nv_read() {
  rm -f /run/nv
  tpm_nvread -i "$nv12_index" -s 32 -f /run/nv >/run/error 2>&1 && value=$(cat /run/nv)
}

# An index that is defined and was never written, as after a power loss in between, is written now.
tpm12_nv_define() {
  tpm_nvdefine -i "$nv12_index" -s 32 -p OWNERWRITE -y >/run/error 2>&1 || grep -q 'already exists' /run/error
}

tpm12_nv() {
  if [ "$disk_nv" = yes ]; then
    if tpm12_nv_read; then fact NV "read $value"
    else fact NV "LOST index $nv12_index cannot be read, but it was written when this disk was booted before: $(last_error)"; fi
    return
  fi
  value=$(tpm12_new_value)
  printf %s "$value" >/run/nv
  if tpm12_nv_define &&
    tpm_nvwrite -i "$nv12_index" -s 32 -f /run/nv -z >/run/error 2>&1; then
    fact NV "written $value"
    disk_nv=yes
  else
    fact NV "error: $(last_error)"
  fi
}

tpm12_secret() {
  if [ "$disk_secret" = yes ]; then
    rm -f /run/secret
    if tpm_unsealdata -z -i "$store/sealed" -o /run/secret >/run/error 2>&1; then fact secret "unsealed $(cat /run/secret)"
    else fact secret "LOST what was sealed when this disk was booted before cannot be unsealed: $(last_error)"; fi
    return
  fi
  value=$(tpm12_new_value)
  printf %s "$value" >/run/secret
  if tpm_sealdata -z -i /run/secret -o "$store/sealed" >/run/error 2>&1; then
    fact secret "sealed $value"
    disk_secret=yes
  else
    fact secret "error: $(last_error)"
  fi
}

tpm12_values() {
  [ -x /usr/sbin/tcsd ] || return 0
  if ! tpm12_daemon; then
    fact owner "error: the daemon does not start: $(last_error)"
    return
  fi
  known="$disk_nv$disk_secret"
  if tpm12_owner; then
    tpm12_nv
    tpm12_secret
  fi
  [ "$known" = "$disk_nv$disk_secret" ] && return
  tpm12_store_save
  disk_save
}

tpm12_facts() {
  tpm=/sys/class/tpm/tpm0
  owned=$(cat "$tpm/device/owned" 2>/run/error)
  tpm12_values
  tpm12_ek
  tpm_pcrs sha1
  for file in caps device/caps; do
    [ -r "$tpm/$file" ] && fact caps "$(tr '\n' ';' <"$tpm/$file")" && break
  done
}
