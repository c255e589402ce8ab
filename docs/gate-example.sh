#!/usr/bin/env bash
# The gate with curl: register, sign in, use the session, reset the password. Start the application with the gate on:
#
#   Gate__Enabled=true ./run.sh
#
# and then run this. A code is asked of you where stdin is a terminal; otherwise it is read from the development mailbox.
set -euo pipefail
BASE=${BASE:-http://localhost:5080}
EMAIL=${EMAIL:-you@example.com}
NAME=${NAME:-You}

post() { curl -sS --fail -H 'Content-Type: application/json' -d "$2" "$BASE$1"; echo; }
error() { sed -E 's/.*"error":([0-9]+).*/\1/' <<<"$1"; }
newest_mail() { curl -sS --fail -G --data-urlencode "to=$EMAIL" "$BASE/dev/mailbox" | grep -oE '/dev/mailbox/[0-9A-Za-z_-]+' | head -1; }

# Waits for a mail that was not there before, and reads its code.
read_code() {
  if [ -t 0 ]; then read -rp "Code sent to $EMAIL: " code; return; fi
  while mail=$(newest_mail || true); [ -z "$mail" ] || [ "$mail" = "${last_mail:-}" ]; do sleep 0.2; done
  last_mail=$mail
  code=$(curl -sS --fail "$BASE$mail" | grep -oE '\b[0-9]{6}\b' | head -1)
}

# Asks for a code, and waits where the last mail was less than a minute ago.
ask_code() {
  while answer=$(post /get_varifycode "{\"email\":\"$EMAIL\"}"); [ "$(error "$answer")" = 1014 ]; do sleep 1; done
  echo "$answer"
}

ask_code; read_code
post /user_register "{\"user\":\"$NAME\",\"email\":\"$EMAIL\",\"passwd\":\"correct horse battery\",\"confirm\":\"correct horse battery\",\"varifycode\":\"$code\"}"

answer=$(post /user_login "{\"email\":\"$EMAIL\",\"passwd\":\"correct horse battery\"}"); echo "$answer"
token=$(sed -E 's/.*"token":"([^"]+)".*/\1/' <<<"$answer")
curl -sS --fail -o /dev/null -w 'account page: %{http_code}\n' -H "X-Session: $token" "$BASE/account"

ask_code; read_code
post /reset_pwd "{\"user\":\"$NAME\",\"email\":\"$EMAIL\",\"passwd\":\"another horse battery\",\"varifycode\":\"$code\"}"
curl -sS -o /dev/null -w 'account page with the old token: %{http_code}\n' -H "X-Session: $token" "$BASE/account"
post /user_login "{\"email\":\"$EMAIL\",\"passwd\":\"another horse battery\"}"
