# Facts of a TPM 2.0. A command takes a tenth of a second under software emulation, so there are few of them.
# Nothing that was lost is made anew: that would hide the loss.

export TPM2TOOLS_TCTI=device:/dev/tpmrm0
ek_handle=0x81010001
pcr_secret_handle=0x81008002
certificate_index=0x1c00002
nv_index=0x1500016
secret_handle=0x81008001

# Did the last command fail because there is nothing at the handle? (TPM 2.0 part 2, 6.6: TPM_RC_HANDLE, parameter 1)
tpm2_absent() {
  grep -qiE '0x0*18b' /run/error
}

# Did it fail because the index is defined and was never written, as after a power loss in between? (TPM_RC_NV_UNINITIALIZED)
tpm2_unwritten() {
  grep -qiE '0x0*14a' /run/error
}

# The hash covers the DER SubjectPublicKeyInfo. The persistent EK comes first because it is quick to read; without
# one the default RSA 2048 EK, which the endorsement seed determines, is derived: the same key.
tpm2_ek() {
  if tpm2 readpublic -Q -c "$ek_handle" -f der -o /run/ek.der >/run/error 2>&1; then
    origin="persistent $ek_handle"
  elif tpm2_absent && tpm2 createek -Q -c /run/ek.ctx -G rsa -f der -u /run/ek.der >/run/error 2>&1; then
    origin="derived, no key at $ek_handle"
  else
    fact EK "error: $(last_error)"
    return
  fi
  set -- $(sha256sum /run/ek.der)
  fact EK "$1 (sha256 of the DER SubjectPublicKeyInfo, $origin)"
}

tpm2_certificate() {
  if tpm2 nvread -C o "$certificate_index" >/run/certificate 2>/run/error; then
    set -- $(sha256sum /run/certificate)
    fact certificate "present $1"
  elif tpm2_absent; then
    fact certificate absent
  else
    fact certificate "error: $(last_error)"
  fi
}

# Two values of 32 hex digits from the TPM's own generator.
tpm2_new_values() {
  [ -z "$new_nv" ] || return 0
  digits=$(tpm2 getrandom --hex 32 2>/run/error) || return 1
  new_nv=${digits%????????????????????????????????}
  new_secret=${digits#"$new_nv"}
}

tpm2_nv() {
  if value=$(tpm2 nvread -C o "$nv_index" 2>/run/error); then
    fact NV "read $value"
    disk_nv=yes
  elif ! tpm2_absent && ! tpm2_unwritten; then
    fact NV "error: $(last_error)"
  elif [ "$disk_nv" = yes ]; then
    fact NV "LOST index $nv_index is gone, but it was written when this disk was booted before"
  elif tpm2_nv_define && tpm2_new_values && tpm2_nv_write "$new_nv"; then
    fact NV "written $new_nv"
    disk_nv=yes
  else
    fact NV "error: $(last_error)"
  fi
}

tpm2_nv_define() {
  tpm2_unwritten || tpm2 nvdefine -Q -C o -s 32 -a 'ownerread|ownerwrite' "$nv_index" >/run/error 2>&1
}

tpm2_nv_write() {
  printf %s "$1" | tpm2 nvwrite -Q -C o -i - "$nv_index" >/run/error 2>&1
}

tpm2_secret() {
  if value=$(tpm2 unseal -c "$secret_handle" 2>/run/error); then
    fact secret "unsealed $value"
    disk_secret=yes
  elif ! tpm2_absent; then
    fact secret "error: $(last_error)"
  elif [ "$disk_secret" = yes ]; then
    fact secret "LOST object $secret_handle is gone, but it was sealed when this disk was booted before"
  elif tpm2_new_values && tpm2_seal "$new_secret"; then
    fact secret "sealed $new_secret"
    disk_secret=yes
  else
    fact secret "error: $(last_error)"
  fi
}

# Not under the protection from dictionary attacks: to it each power cut is a try (TPM 2.0 Library part 1, 19.8), and these guests have many.
tpm2_seal() {
  tpm2 createprimary -Q -C o -G ecc -c /run/primary.ctx >/run/error 2>&1 &&
    printf %s "$1" | tpm2 create -Q -C /run/primary.ctx -a 'fixedtpm|fixedparent|userwithauth|noda' \
      -i - -c /run/seal.ctx >/run/error 2>&1 &&
    tpm2 evictcontrol -Q -C o -c /run/seal.ctx "$secret_handle" >/run/error 2>&1
}

# What was booted is measured, as boot loaders do (GRUB: PCR 8): here the kernel's command line stands for all of it.
tpm2_measure() {
  set -- $(sha256sum /proc/cmdline)
  tpm2 pcrextend "8:sha256=$1" >/run/error 2>&1 || fact measured "error: $(last_error)"
}

# Is the secret there, but sealed to other PCR values than those of this boot? (TPM_RC_POLICY_FAIL, session 1)
tpm2_locked() {
  grep -qiE '0x0*99d' /run/error
}

# A secret for PCR 8 alone: a system that was booted differently does not get at it.
tpm2_pcr_secret() {
  if value=$(tpm2 unseal -c "$pcr_secret_handle" -p pcr:sha256:8 2>/run/error); then
    fact pcr-secret "unsealed $value"
  elif tpm2_locked; then
    fact pcr-secret "locked to other PCR values"
  elif tpm2_absent && tpm2_new_values && tpm2_pcr_seal "$new_secret"; then
    fact pcr-secret "sealed $new_secret"
  else
    fact pcr-secret "error: $(last_error)"
  fi
}

tpm2_pcr_seal() {
  tpm2 createpolicy -Q --policy-pcr -l sha256:8 -L /run/pcr.policy >/run/error 2>&1 &&
    tpm2 createprimary -Q -C o -G ecc -c /run/primary.ctx >/run/error 2>&1 &&
    printf %s "$1" | tpm2 create -Q -C /run/primary.ctx -L /run/pcr.policy -a 'fixedtpm|fixedparent' \
      -i - -c /run/seal.ctx >/run/error 2>&1 &&
    tpm2 evictcontrol -Q -C o -c /run/seal.ctx "$pcr_secret_handle" >/run/error 2>&1
}

# Writes a counter to an index of its own for as long as it can, and says each value that the TPM took.
tpm2_write_on() {
  tpm2 nvdefine -Q -C o -s 16 -a 'ownerread|ownerwrite' 0x1500017 >/run/error 2>&1
  count=0
  while count=$((count + 1)); do
    printf %016d "$count" | tpm2 nvwrite -Q -C o -i - 0x1500017 >/run/error 2>&1 &&
      echo "sealstone-guest: counter $count"
  done
}

tpm2_facts() {
  new_nv=
  known="$disk_nv$disk_secret"
  tpm2_ek
  tpm_pcrs sha256
  tpm2_nv
  tpm2_secret
  [ -z "$pcr_secret" ] || tpm2_pcr_secret
  tpm2_certificate
  [ "$known" = "$disk_nv$disk_secret" ] || disk_save
}
