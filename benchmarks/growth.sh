#!/usr/bin/env bash
# How the cost of a session grows: with the number of sessions in Redis, the size of a record, the number of its keys,
# and the number of connections. Prints one table; with --write FILE it replaces what follows "<!-- table -->" there.
#
#   benchmarks/growth.sh [--rounds 3] [--seconds 3] [--sessions "1000 1000000"] [--sizes "512 8192 65536"]
#                        [--keys "1 64"] [--connections "32 512"] [--stacks "ours ours-uncached stock"] [--write FILE]
#
# One thing is changed at a time; the others stay at 1,000 sessions, the record that /login makes, 32 connections.
# Each measurement rotates through up to 100,000 different sessions. Sessions are made through /login and /fill.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/servers.sh"

rounds=3 seconds=3 session_counts="1000 1000000" sizes="512 8192 65536" key_counts="1 64" connection_counts="32 512"
stacks="ours ours-uncached stock" write=""
while [ $# -gt 0 ]; do
    case "$1" in
        --rounds) rounds="$2"; shift 2 ;;
        --seconds) seconds="$2"; shift 2 ;;
        --sessions) session_counts="$2"; shift 2 ;;
        --sizes) sizes="$2"; shift 2 ;;
        --keys) key_counts="$2"; shift 2 ;;
        --connections) connection_counts="$2"; shift 2 ;;
        --stacks) stacks="$2"; shift 2 ;;
        --write) write="$(realpath "$2")"; shift 2 ;;
        *) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 2 ;;
    esac
done

need wrk wrk
build_release benchmarks/SessionLoad

# memory_of_redis, memory_of_app PORT: bytes
memory_of_redis() { redis info memory | tr -d '\r' | sed -n 's/^used_memory://p'; }
memory_of_app() { get "$1" /memory | tail -n 1; }

# make_sessions PORT PATH COUNT: their cookies in $cookies
make_sessions() {
    cookies="$scratch/cookies"
    rm -f "$cookies"
    # wrk would go on asking until its time is up: it is ended once it has written the file.
    wrk -t1 -c32 -d1h -s "$root/benchmarks/wrk/collect.lua" "http://127.0.0.1:$1$2" -- "$cookies" "$3" >"$scratch/wrk.out" 2>&1 &
    local collector=$!
    started+=("$collector")
    while [ ! -e "$cookies" ] && kill -0 "$collector" 2>/dev/null; do sleep 0.1; done
    kill "$collector" 2>/dev/null || true
    wait "$collector" 2>/dev/null || true
    [ -s "$cookies" ] || { cat "$scratch/wrk.out" >&2; die "no cookies came from $2"; }
    if [ "$3" -gt 100000 ]; then shuf -n 100000 "$cookies" >"$cookies.some" && mv "$cookies.some" "$cookies"; fi
}

rotate() { COOKIES="$cookies" drive "$1" "$2" "" "$3" "$4" -s "$root/benchmarks/wrk/rotate.lua"; }

# measure LABEL STACK MAKE COUNT CONNECTIONS: one row of the table
measure() {
    local label="$1" stack="$2" count="$4" connections="$5" before after per_record per_entry round path
    redis flushall >/dev/null
    start_load_app "$stack"
    before="$(memory_of_redis)"
    make_sessions "$app_port" "$3" "$count"
    after="$(memory_of_redis)"
    per_record=$(((after - before) / count))
    for path in plain read write; do
        rotate "$app_port" "/$path" 2 "$connections" >/dev/null
        rotate "$app_port" "/$path" 1 "$connections" >/dev/null
    done
    for round in $(seq "$rounds"); do
        for path in plain read write; do
            rotate "$app_port" "/$path" "$seconds" "$connections" >>"$scratch/$path.rows"
        done
    done
    printf '| %s | %s |' "$label" "$stack"
    local plain read written
    plain="$(cut -d' ' -f1 "$scratch/plain.rows" | median)"
    read="$(cut -d' ' -f1 "$scratch/read.rows" | median)"
    written="$(cut -d' ' -f1 "$scratch/write.rows" | median)"
    printf ' %.0f | %.0f | %s | %.0f | %.0f |' "$plain" "$read" "$(ratio "$read" "$plain")" \
        "$(cut -d' ' -f2 "$scratch/read.rows" | median)" "$(cut -d' ' -f3 "$scratch/read.rows" | median)"
    printf ' %.0f | %s | %.0f | %.0f |' "$written" "$(ratio "$written" "$plain")" \
        "$(cut -d' ' -f2 "$scratch/write.rows" | median)" "$(cut -d' ' -f3 "$scratch/write.rows" | median)"
    stop_load_app
    per_entry="-"
    if [ "$stack" = ours ]; then measure_near_cache; fi
    printf ' %s | %s |\n' "$per_record" "$per_entry"
    rm -f "$scratch"/{plain,read,write}.rows
}

# A fresh process reads up to 10,000 of the sessions; what its heap grows by is what the near cache holds of them.
# Sets per_entry.
measure_near_cache() {
    local before after few
    few="$(head -n 10000 "$cookies")"
    echo "$few" >"$cookies"
    start_load_app ours
    get "$app_port" /idle "$(head -n 1 "$cookies")" >/dev/null
    before="$(memory_of_app "$app_port")"
    rotate "$app_port" /read 5 32 >/dev/null
    after="$(memory_of_app "$app_port")"
    per_entry=$(((after - before) / $(wc -l <"$cookies")))
    stop_load_app
}

stop_load_app() {
    kill "$app_pid"
    wait "$app_pid" 2>/dev/null || true
}

table() {
    echo "| | stack | /plain /s | /read /s | to /plain | p50 µs | p99 µs | /write /s | to /plain | p50 µs | p99 µs | Redis B/session | near cache B/session |"
    echo "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    local stack n
    for n in $session_counts; do for stack in $stacks; do measure "$n sessions" "$stack" /login "$n" 32; done; done
    for n in $sizes; do
        for stack in $stacks; do measure "records of $n bytes" "$stack" "/fill?keys=8&bytes=$n" 1000 32; done
    done
    for n in $key_counts; do
        for stack in $stacks; do measure "$n keys, 2048 bytes" "$stack" "/fill?keys=$n&bytes=2048" 1000 32; done
    done
    for n in $connection_counts; do for stack in $stacks; do measure "$n connections" "$stack" /login 1000 "$n"; done; done
}

start_redis
{
    echo "$(describe_machine). wrk -t1, medians of $rounds rounds of $seconds s, made by \`benchmarks/growth.sh\`."
    echo
    table
} | tee "$scratch/report"
if [ -n "$write" ]; then write_after '<!-- table -->' "$write" "$scratch/report"; fi
