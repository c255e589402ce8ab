#!/usr/bin/env bash
# What a session costs: the load app in its three stacks, and optionally its peers, driven in turn by wrk.
#
#   benchmarks/run.sh [--rounds 3] [--seconds 5] [--connections 32] [--stacks "ours ours-uncached stock"]
#                     [--paths "plain anonymous idle read write rawget rawhash"] [--peers] [--write FILE]
#
# Everything runs on this machine and is stopped at the end: a Redis of its own, one server per stack, wrk with one
# thread. Each round drives every path of every stack once, so that a slow minute of the machine hits all alike. Printed
# are medians over the rounds and their ratio to /plain of the same stack, which passes no session middleware.
# "anonymous" is /read without a cookie; "rawget" is one bare GET, "rawhash" one bare HGETALL of a session's size. With
# --write the table replaces what follows "<!-- table -->" in FILE.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/servers.sh"

rounds=3 seconds=5 connections=32 stacks="ours ours-uncached stock" paths="plain anonymous idle read write rawget rawhash" peers="" write=""
while [ $# -gt 0 ]; do
    case "$1" in
        --rounds) rounds="$2"; shift 2 ;;
        --seconds) seconds="$2"; shift 2 ;;
        --connections) connections="$2"; shift 2 ;;
        --stacks) stacks="$2"; shift 2 ;;
        --paths) paths="$2"; shift 2 ;;
        --write) write="$(realpath "$2")"; shift 2 ;;
        --peers) peers="express koa fastify"; shift ;;
        *) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 2 ;;
    esac
done

need wrk wrk
build_release benchmarks/SessionLoad
start_redis

declare -A port cookie
for stack in $stacks; do
    start_load_app "$stack"
    port[$stack]="$app_port"
done
if [ -n "$peers" ]; then
    source "$root/benchmarks/peers/start.sh"
    for peer in $peers; do
        start_peer "$peer"
        port[$peer]="$app_port"
    done
fi
for stack in $stacks $peers; do cookie[$stack]="$(login "${port[$stack]}")"; done

# once STACK PATH SECONDS
once() {
    case "$2" in
        anonymous) drive "${port[$1]}" /read "" "$3" "$connections" ;;
        plain) drive "${port[$1]}" /plain "" "$3" "$connections" ;;
        *) drive "${port[$1]}" "/$2" "${cookie[$1]}" "$3" "$connections" ;;
    esac
}

# The bare HGETALL stands beside the stack that sends one for each read.
applies() {
    case "$2" in
        rawget) [[ " $stacks " == *" $1 "* ]] ;;
        rawhash) [ "$1" = ours-uncached ] ;;
    esac
}

# Until the just-in-time compiler has seen every path often enough to have optimised it.
for pass in 1 2; do
    for stack in $stacks $peers; do
        for path in $paths; do if applies "$stack" "$path"; then once "$stack" "$path" 2 >/dev/null; fi; done
    done
done

for round in $(seq "$rounds"); do
    for path in $paths; do
        for stack in $stacks $peers; do
            applies "$stack" "$path" || continue
            read -r rate p50 p99 bad < <(once "$stack" "$path" "$seconds")
            echo "$rate" >>"$scratch/$stack.$path.rate"
            echo "$p50" >>"$scratch/$stack.$path.p50"
            echo "$p99" >>"$scratch/$stack.$path.p99"
            [ "$bad" = 0 ] || echo "round $round: $stack /$path had $bad failed requests" >&2
        done
    done
done

report() {
    local stack path plain rate
    echo "$(describe_machine). wrk -t1 -c$connections -d${seconds}s, medians of $rounds interleaved rounds, made by \`benchmarks/run.sh\`."
    if [ -n "$peers" ]; then describe_peers; fi
    echo
    printf '| %-14s | %-10s | %10s | %7s | %7s | %8s |\n' stack path "requests/s" "p50 µs" "p99 µs" "to plain"
    echo "|----------------|------------|-----------:|-------:|-------:|---------:|"
    for stack in $stacks $peers; do
        plain="$(median <"$scratch/$stack.plain.rate" 2>/dev/null || echo 0)"
        for path in $paths; do
            applies "$stack" "$path" || continue
            rate="$(median <"$scratch/$stack.$path.rate")"
            printf '| %-14s | %-10s | %10.0f | %6.0f | %6.0f | %8s |\n' "$stack" "$path" "$rate" \
                "$(median <"$scratch/$stack.$path.p50")" "$(median <"$scratch/$stack.$path.p99")" "$(ratio "$rate" "$plain")"
        done
    done
}

report | tee "$scratch/report"
if [ -n "$write" ]; then write_after '<!-- table -->' "$write" "$scratch/report"; fi
