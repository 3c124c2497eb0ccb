#!/bin/sh
# Ends with an error that names each variable that is empty. Compose asks for variables of a
# profile with ${NAME:?} even where the profile is off, so it cannot ask for these itself.
missing=0
for name in "$@"; do
  if [ -z "$(printenv "$name")" ]; then
    echo "Set $name in .env: .env.example says what to." >&2
    missing=1
  fi
done
key=${LANGFUSE_ENCRYPTION_KEY:-}
case "$key" in
  *[!0-9a-f]*) key= ;;
esac
if [ "${#key}" -ne 64 ]; then
  echo "Set LANGFUSE_ENCRYPTION_KEY to 64 hexadecimal digits: openssl rand -hex 32" >&2
  missing=1
fi
exit "$missing"
