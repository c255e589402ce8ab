#!/usr/bin/env bash
# Builds and serves the whole application with a Redis of its own. Ctrl-C stops both; the data stays in .data/.
#
#   ./run.sh                    http://localhost:5080, Redis is installed if need be and kept for this project alone
#   PORT=8080 ./run.sh          another port
#   REDIS=host:port ./run.sh    your Redis, none is started; also "host:port,password=…,ssl=true" or a URL,
#                               redis://user:password@host:port/0, or rediss://… for TLS
#   ./run.sh --split            the verification service as a process of its own, on port VERIFY_PORT (50051)
#   READY_SECONDS=60            how long the application may take until it is ready, before run.sh gives up
#   ./run.sh --help             this text
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

PORT=${PORT:-5080}
DATA=${DATA:-$PWD/.data}
PROJECT=src/RedisSessionWeb
PROGRAM=$PROJECT/bin/Release/net10.0/RedisSessionWeb.dll
VERIFY_PORT=${VERIFY_PORT:-50051}
READY_SECONDS=${READY_SECONDS:-60}
redis_pid= verify_pid= app_pid= stopping= split=

say() { printf '%s\n' "$*"; }
fail() { printf 'run.sh: %s\n' "$*" >&2; exit 1; }
# A wrong setting: the exit code that the application itself has for it (EX_CONFIG of sysexits.h).
fail_badly() { printf 'run.sh: %s\n' "$*" >&2; exit 78; }

# Ends the application first, so that it can finish what it began, then the Redis that is ours.
stop() {
  trap '' INT TERM
  stopping=yes
  if [ -n "$app_pid" ] && kill -TERM "$app_pid" 2>/dev/null; then wait "$app_pid" 2>/dev/null; fi
  if [ -n "$verify_pid" ] && kill -TERM "$verify_pid" 2>/dev/null; then wait "$verify_pid" 2>/dev/null; fi
  if [ -n "$redis_pid" ] && kill -TERM "$redis_pid" 2>/dev/null; then wait "$redis_pid" 2>/dev/null; fi
  app_pid= verify_pid= redis_pid=
}
trap stop EXIT
trap 'say ""; say "Stopping."; stop; exit 0' INT TERM HUP

# Whether something accepts connections there. /dev/tcp is bash itself: nothing to install.
listens() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

# What a Redis answers to PING: +PONG, -NOAUTH …, -LOADING …, or nothing.
ping_redis() { timeout 2 bash -c 'exec 3<>"/dev/tcp/$0/$1" && printf "PING\r\n" >&3 && IFS= read -r line <&3 && printf "%s" "${line%$'"'\r'"'}"' "$1" "$2" 2>/dev/null; }

as_root() { [ "$(id -u)" = 0 ]; }

# Installs a Debian package (a name, or a pattern that ends in $ and means the newest), or says how and stops.
install_package() {
  local why=$1 package=$2
  as_root && command -v apt-get >/dev/null && apt-get update -q >/dev/null 2>&1
  [[ $package != *\$ ]] || package=$(apt-cache --names-only search "$package" 2>/dev/null | cut -d' ' -f1 | sort -V | tail -1)
  as_root && command -v apt-get >/dev/null || fail "$why. Install it with: sudo apt-get install -y $package"
  say "Installing $package …"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$package" >/dev/null 2>&1 \
    || fail "$why, and this failed: apt-get install -y $package"
}

need_dotnet() {
  command -v dotnet >/dev/null || { [ -x "$HOME/.dotnet/dotnet" ] && PATH=$HOME/.dotnet:$PATH; }
  command -v dotnet >/dev/null || fail "the .NET 10 SDK is missing. Get it from https://dotnet.microsoft.com/download/dotnet/10.0"
  # .NET on Debian needs ICU for anything but plain English, and a slim image does not have it.
  if command -v apt-cache >/dev/null && [[ $(PATH=$PATH:/sbin:/usr/sbin ldconfig -p) != *libicuuc.so.* ]]; then
    install_package "libicu is missing, which .NET needs" '^libicu[0-9]+$' 
  fi
  dotnet --version >/dev/null 2>&1 || fail "the .NET 10 SDK is missing (found: $(dotnet --list-sdks 2>/dev/null | cut -d' ' -f1 | paste -sd' ' -)). Get it from https://dotnet.microsoft.com/download/dotnet/10.0"
}

# A URL, a TLS connection and a socket are left to the application, which says at its start what is wrong with them.
use_their_redis() {
  local endpoint=${REDIS%%,*} host port answer
  connection=$REDIS
  if [[ $REDIS == *://* || ${REDIS,,} == *,ssl=true* || ${REDIS,,} == *,tls=true* || $REDIS == /* ]]; then
    [[ $REDIS != *://* ]] || { endpoint=${REDIS##*@} endpoint=${endpoint%%\?*}; }
    say "Redis: $endpoint (yours)"
    return
  fi
  # Without a port the rest may be anything, a password too: it is not shown.
  host=${endpoint%:*} port=${endpoint##*:}
  [ "$host" != "$endpoint" ] && [[ $port =~ ^[0-9]+$ ]] || fail_badly "REDIS must be host:port, with options behind it (host:port,password=…), or a URL such as redis://host:port"
  is_port "$port" || fail_badly "the port in REDIS is $port; allowed: 1 to 65535"
  answer=$(ping_redis "$host" "$port")
  case $answer in
    +PONG) ;;
    -NOAUTH*) [ "$endpoint" != "$REDIS" ] || fail "Redis at $endpoint wants a password: REDIS='$endpoint,password=…' ./run.sh" ;;
    "") fail "Redis at $endpoint does not answer" ;;
    *) fail "Redis at $endpoint refuses: ${answer#-}" ;;
  esac
  say "Redis: $endpoint (yours)"
}

start_our_redis() {
  local server port=6380
  server=$(command -v redis-server || command -v valkey-server) || {
    install_package "no redis-server or valkey-server was found" redis-server
    server=$(command -v redis-server) || fail "redis-server is still not there after its installation"
  }
  mkdir -p "$DATA/redis" || fail "cannot write to $DATA"
  # Two servers on one append-only file would destroy it.
  if command -v flock >/dev/null; then
    exec 9>"$DATA/lock"
    flock -n 9 || fail "another run.sh already uses $DATA"
  fi
  while listens 127.0.0.1 "$port"; do port=$((port + 1)); done
  # Its own session: Ctrl-C in the terminal reaches this script only, which stops things in order.
  $(command -v setsid) "$server" --port "$port" --bind 127.0.0.1 --dir "$DATA/redis" --save "" \
    --appendonly yes --appendfsync everysec --daemonize no --logfile "$DATA/redis.log" 9>&- &
  redis_pid=$!
  for _ in $(seq 100); do
    [ "$(ping_redis 127.0.0.1 "$port")" = "+PONG" ] && { connection=127.0.0.1:$port; break; }
    kill -0 "$redis_pid" 2>/dev/null || fail "redis-server did not start: $(tail -1 "$DATA/redis.log" 2>/dev/null)"
    sleep 0.1
  done
  [ -n "${connection:-}" ] || fail "redis-server did not answer within 10 seconds; see $DATA/redis.log"
  say "Redis: $connection (data in ${DATA/#$PWD\//}; look inside with: redis-cli -p $port)"
}

build() {
  local log
  log=$(mktemp)
  say "Building …"
  if ! dotnet build "$PROJECT" -c Release -v q -nologo >"$log" 2>&1; then
    grep -E 'error' "$log" | sort -u | head -5 >&2
    rm -f "$log"
    fail "the build failed"
  fi
  rm -f "$log"
}

serve_verify() {
  $(command -v setsid) dotnet "$PROGRAM" --role verify --Verification:Grpc:Port="$VERIFY_PORT" 9>&- &
  verify_pid=$!
  local deadline=$((SECONDS + READY_SECONDS))
  until listens 127.0.0.1 "$VERIFY_PORT"; do
    kill -0 "$verify_pid" 2>/dev/null || { wait "$verify_pid"; local code=$?; verify_pid=; fail_with "$code"; }
    [ "$SECONDS" -lt "$deadline" ] || fail "the verification service did not get ready within $READY_SECONDS seconds"
    sleep 0.1
  done
  export Verification__Remote=http://127.0.0.1:$VERIFY_PORT
  say "Verification service: 127.0.0.1:$VERIFY_PORT"
}

serve() {
  $(command -v setsid) dotnet "$PROGRAM" --urls "http://localhost:$PORT" 9>&- &
  app_pid=$!
  local deadline=$((SECONDS + READY_SECONDS))
  until [[ $(ready) == *" 200 "* ]]; do
    kill -0 "$app_pid" 2>/dev/null || { wait "$app_pid"; local code=$?; app_pid=; fail_with "$code"; }
    [ "$SECONDS" -lt "$deadline" ] || fail "the application did not get ready within $READY_SECONDS seconds; http://localhost:$PORT/healthz/ready tells whether Redis answers it"
    sleep 0.1
  done
  say ""
  say "  RedisSessionWeb is ready:  http://localhost:$PORT"
  say "  Mails it sends:            http://localhost:$PORT/dev/mailbox"
  say "  Ctrl-C stops it."
  say ""
}

ready() { timeout 2 bash -c 'exec 3<>"/dev/tcp/localhost/$0" && printf "GET /healthz/ready HTTP/1.0\r\nHost: localhost\r\n\r\n" >&3 && IFS= read -r line <&3 && printf "%s" "$line"' "$PORT" 2>/dev/null; }

fail_with() { [ "$1" != 0 ] || set -- 1; printf 'run.sh: the application ended with exit code %s\n' "$1" >&2; exit "$1"; }

is_port() { [[ $1 =~ ^[0-9]{1,5}$ ]] && [ "$((10#$1))" -ge 1 ] && [ "$((10#$1))" -le 65535 ]; }

case ${1:-} in
  "") ;;
  --split) split=yes ;;
  -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 0 ;;
  *) fail_badly "unknown option '$1'; allowed: --split, --help" ;;
esac
is_port "$PORT" || fail_badly "PORT is '$PORT'; allowed: 1 to 65535"
is_port "$VERIFY_PORT" || fail_badly "VERIFY_PORT is '$VERIFY_PORT'; allowed: 1 to 65535"
[[ $READY_SECONDS =~ ^[1-9][0-9]{0,5}$ ]] || fail_badly "READY_SECONDS is '$READY_SECONDS'; allowed: a whole number from 1 to 999999"
! listens localhost "$PORT" || fail_badly "port $PORT is taken. Use another one: PORT=$((PORT + 1)) ./run.sh"
[ -z "$split" ] || ! listens 127.0.0.1 "$VERIFY_PORT" || fail_badly "port $VERIFY_PORT is taken. Use another one: VERIFY_PORT=$((VERIFY_PORT + 1)) ./run.sh --split"
need_dotnet
if [ -n "${REDIS:-}" ]; then use_their_redis; else start_our_redis; fi
build
export ASPNETCORE_ENVIRONMENT=${ASPNETCORE_ENVIRONMENT:-Development} Redis__ConnectionString=$connection
if [ -n "$split" ]; then serve_verify; fi
serve
wait "$app_pid"
code=$?
app_pid=
[ -n "$stopping" ] || fail_with "$code"
