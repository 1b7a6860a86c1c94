# Facts of a TPM 1.2, from what the kernel shows: tpm2-tools cannot drive it.

tpm12_facts() {
  tpm=/sys/class/tpm/tpm0
  # The kernel shows the public EK as text; the hex bytes of its modulus are the last part of it.
  modulus=$(sed -n '/^Modulus:/,$p' "$tpm/device/pubek" 2>/run/error | sed 1d | tr -d ' \n')
  if [ "${#modulus}" = 512 ]; then
    set -- $(echo "$modulus" | xxd -r -p | sha256sum)
    fact EK "$1 (sha256 of the RSA modulus)"
  else
    fact EK "error: the kernel shows no 2048-bit public EK $(last_error)"
  fi
  tpm_pcrs sha1
  for file in caps device/caps; do
    [ -r "$tpm/$file" ] && fact caps "$(tr '\n' ';' <"$tpm/$file")" && break
  done
}
