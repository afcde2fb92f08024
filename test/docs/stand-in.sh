#!/bin/bash
# Stands for a tool that a page names: hands its arguments to the test and returns what the test says. See shell.ts.
call=$(mktemp -d "$SNIPPET_CALLS/call.XXXXXX")
printf '%s\0' "${0##*/}" "$PWD" "$@" >"$call/argv"
for argument; do
  if [ "$argument" = - ]; then cat >"$call/stdin"; fi
done
exec 3<>"/dev/tcp/127.0.0.1/$SNIPPET_PORT"
echo "$call" >&3
read -r code <&3
[ -f "$call/stderr" ] && cat "$call/stderr" >&2
[ -f "$call/stdout" ] && cat "$call/stdout"
exit "${code:-70}"
