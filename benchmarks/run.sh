#!/usr/bin/env bash
# What a session costs: the load app in its stacks, and optionally its peers, driven in turn by wrk.
#
#   benchmarks/run.sh [--rounds 9] [--processes 3] [--seconds 2] [--connections 32] [--stacks "ours ours-uncached ours-on-ser stock stock-on-ours"]
#                     [--paths "plain anonymous idle read write rawget rawhash"] [--peers] [--write FILE]
#
# Everything runs on this machine and is stopped at the end: a Redis of its own, one server per stack, wrk with one
# thread. Each round drives every path of every stack once, so that a slow minute of the machine hits all alike. The
# servers are started anew --processes times in the course of the rounds, because the just-in-time compiler decides anew
# in each process, and two of one kind differ by some percent. Printed are medians over the rounds and their ratio to
# /plain of the same stack, which passes no session middleware; then the ratios that are the goals.
# "anonymous" is /read without a cookie; "rawget" is one bare GET, "rawhash" one bare HGETALL of a session's size. With
# --write the tables replace what follows "<!-- table -->" in FILE.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/servers.sh"

rounds=9 processes=3 seconds=2 connections=32 stacks="ours ours-uncached ours-on-ser stock stock-on-ours" paths="plain anonymous idle read write rawget rawhash" peers="" write=""
while [ $# -gt 0 ]; do
    case "$1" in
        --rounds) rounds="$2"; shift 2 ;;
        --processes) processes="$2"; shift 2 ;;
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

if [ -n "$peers" ]; then source "$root/benchmarks/peers/start.sh"; fi

declare -A port cookie
apps=()

# start_apps: one of each stack, warm: the compiler has seen every path often enough to have optimised it
start_apps() {
    local stack peer pass path
    for pid in "${apps[@]}"; do
        kill "$pid"
        wait "$pid" 2>/dev/null || true
    done
    apps=()
    for stack in $stacks; do
        start_load_app "$stack"
        apps+=("$app_pid") port[$stack]="$app_port"
    done
    for peer in $peers; do
        start_peer "$peer"
        apps+=("$app_pid") port[$peer]="$app_port"
    done
    for stack in $stacks $peers; do cookie[$stack]="$(login "${port[$stack]}")"; done
    for pass in 1 2; do
        for stack in $stacks $peers; do
            for path in $paths; do if applies "$stack" "$path"; then once "$stack" "$path" 2 >/dev/null; fi; done
        done
    done
}

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

for round in $(seq "$rounds"); do
    if (( (round - 1) * processes / rounds > (round - 2) * processes / rounds || round == 1 )); then start_apps; fi
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
    echo "$(describe_machine). wrk -t1 -c$connections -d${seconds}s, medians of $rounds interleaved rounds in $processes processes of each stack, made by \`benchmarks/run.sh\`."
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

# goal STACK PATH STACK PATH AT_LEAST: nothing where one of them was not measured
goal() {
    [ -s "$scratch/$1.$2.rate" ] && [ -s "$scratch/$3.$4.rate" ] || return 0
    local to="$4"
    [ "$1" = "$3" ] || to="$3 $4"
    printf '| %-14s | %-10s | %-11s | %8s | %8s |\n' "$1" "$2" "$to" "$5" \
        "$(ratio "$(median <"$scratch/$1.$2.rate")" "$(median <"$scratch/$3.$4.rate")")"
}

report_goals() {
    echo
    printf '| %-14s | %-10s | %-11s | %8s | %8s |\n' stack path to "at least" measured
    echo "|----------------|------------|-------------|---------:|---------:|"
    goal ours read ours plain 0.90
    goal ours idle ours plain 0.95
    goal ours anonymous ours plain 0.95
    goal ours write ours plain 0.42
    goal ours-uncached read ours-uncached plain 0.56
    goal ours-uncached read ours-uncached rawget 0.95
    goal ours read stock read 2
}

{ report; report_goals; } | tee "$scratch/report"
if [ -n "$write" ]; then write_after '<!-- table -->' "$write" "$scratch/report"; fi
