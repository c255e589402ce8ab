# Sourced by the scripts beside it: starts Redis and the load app on free ports of the loopback, drives them with wrk,
# and stops whatever it started when the script ends.
# shellcheck shell=bash

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
scratch="$(mktemp -d)"
started=()

stop_all() {
    local pid
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${started[@]}"; do wait "$pid" 2>/dev/null || true; done
    rm -rf "$scratch"
}
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

die() { echo "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# need PROGRAM PACKAGE
need() {
    have "$1" && return
    [ "$(id -u)" = 0 ] || die "$1 is not installed. Run this, then start again: sudo apt-get update && sudo apt-get install -y $2"
    echo "Installing $2" >&2
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2"; } \
        >"$scratch/apt.log" 2>&1 </dev/null || { tail "$scratch/apt.log" >&2; die "Installing $2 failed."; }
}

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
    local port
    while port=$((20000 + RANDOM % 20000)); do answers "$port" || { echo "$port"; return; }; done
}

# wait_for PORT PID WHAT
wait_for() {
    local tries
    for tries in $(seq 200); do
        answers "$1" && return
        kill -0 "$2" 2>/dev/null || break
        sleep 0.05
    done
    tail -n 20 "$scratch"/*.log >&2
    die "$3 did not start on port $1."
}

# start_redis: sets redis_port
start_redis() {
    need redis-server redis-server
    redis_port="$(free_port)"
    redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --appendonly no --dir "$scratch" \
        --maxclients 20000 >"$scratch/redis.log" 2>&1 &
    started+=($!)
    wait_for "$redis_port" $! redis-server
}

redis() { redis-cli -p "$redis_port" "$@"; }

build_release() {
    dotnet build "$root/$1" -c Release -v q -nologo >"$scratch/build.log" 2>&1 \
        || { grep -E error "$scratch/build.log" | sort -u | head >&2; die "$1 does not build."; }
}

# start_load_app STACK: sets app_port and app_pid
start_load_app() {
    app_port="$(free_port)"
    (cd "$scratch" && exec "$root/benchmarks/SessionLoad/bin/Release/net10.0/SessionLoad" \
        --port "$app_port" --redis "127.0.0.1:$redis_port" --stack "$1") >"$scratch/$1.log" 2>&1 &
    app_pid=$!
    started+=("$app_pid")
    wait_for "$app_port" "$app_pid" "$1"
}

# get PORT PATH [COOKIE]: the whole response
get() {
    exec 3<>"/dev/tcp/127.0.0.1/$1"
    printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n%s\r\n' "$2" "${3:+Cookie: $3$'\r\n'}" >&3
    cat <&3
    exec 3<&- 3>&-
}

# login PORT: the cookies of a new session as a request sends them back
login() {
    local cookies
    cookies="$(get "$1" /login | tr -d '\r' | sed -nE 's/^[Ss]et-[Cc]ookie: ([^;]*).*/\1/p' | paste -sd ';' | sed 's/;/; /g')"
    [ -n "$cookies" ] || die "/login on port $1 set no cookie: $(get "$1" /login | head -n 3)"
    echo "$cookies"
}

# drive PORT PATH COOKIE SECONDS CONNECTIONS [wrk options]: "requests/s p50_us p99_us bad"
drive() {
    wrk -t1 -c"$5" -d"$4"s --latency ${3:+-H "Cookie: $3"} "${@:6}" "http://127.0.0.1:$1$2" >"$scratch/wrk.out" 2>&1 \
        || { cat "$scratch/wrk.out" >&2; die "wrk failed on $2"; }
    awk 'function us(t) { return t ~ /us$/ ? t + 0 : t ~ /ms$/ ? t * 1000 : t * 1000000 }
         $1 == "50%" { p50 = us($2) } $1 == "99%" { p99 = us($2) }
         /Requests\/sec:/ { rate = $2 } /Non-2xx/ { bad += $NF } /Socket errors:/ { gsub(/[^0-9 ]/, ""); for (i = 1; i <= NF; i++) bad += $i }
         END { printf "%d %d %d %d\n", rate, p50, p99, bad }' "$scratch/wrk.out"
}

# median: of the numbers on its input, one a line
median() { sort -n | awk '{ v[NR] = $1 } END { print NR == 0 ? "-" : NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (b + 0 > 0) printf "%.2f", a / b; else printf "-" }'; }

describe_machine() {
    echo "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores; $(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release); .NET $(dotnet --list-runtimes | sed -n 's/^Microsoft.AspNetCore.App \([^ ]*\).*/\1/p' | tail -n 1); $(redis-server --version | sed -E 's/.*v=([^ ]*).*/Redis \1/'); $(wrk -v 2>&1 | sed -nE '1s/^(wrk) [^0-9]*([0-9.]*).*/\1 \2/p')"
}

# write_after MARK FILE REPORT: the report replaces what follows the line MARK in FILE
write_after() {
    grep -qx -- "$1" "$2" || die "$2 has no line $1"
    { sed "/^$1\$/q" "$2"; echo; cat "$3"; } >"$scratch/page"
    cat "$scratch/page" >"$2"
}
