#!/usr/bin/env bash
# How fast the Redis client is: GET, SET, EVALSHA and a LuaScript (an EVALSHA whose reply names its call) of 64 bytes
# and 4 KB for 1, 50 and 1000 callers on one connection, beside StackExchange.Redis, ioredis and redis-benchmark with the
# same number of commands in flight, in turn.
#
#   benchmarks/redis-client.sh [--rounds 3] [--seconds 1] [--ops "get set evalsha script"] [--sizes "64 4096"]
#                              [--callers "1 50 1000"] [--write docs/performance-client.md]
#
# redis-benchmark keeps one connection with 1, 64 or 256 commands in flight (-P): the yardstick is a C program that
# parses nothing and waits for nobody. Clients are started and warmed up before the first round. Medians over the rounds.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/servers.sh"

rounds=3 seconds=1 ops="get set evalsha script" sizes="64 4096" callers="1 50 1000" write=""
while [ $# -gt 0 ]; do
    case "$1" in
        --rounds) rounds="$2"; shift 2 ;;
        --seconds) seconds="$2"; shift 2 ;;
        --ops) ops="$2"; shift 2 ;;
        --sizes) sizes="$2"; shift 2 ;;
        --callers) callers="$2"; shift 2 ;;
        --write) write="$(realpath "$2")"; shift 2 ;;
        *) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 2 ;;
    esac
done

build_release benchmarks/RedisClient
start_redis
source "$root/benchmarks/peers/start.sh"

field() { sed -nE "s/.*\"$1\":([0-9.]+|null).*/\1/p"; }

# in_flight CALLERS: what redis-benchmark is given for as many callers
in_flight() { case "$1" in 1) echo 1 ;; 50) echo 64 ;; *) echo 256 ;; esac; }

# yardstick OP SIZE CALLERS: one JSON line from redis-benchmark
yardstick() {
    local depth rate value count command
    depth="$(in_flight "$3")"
    value="$(head -c "$2" /dev/zero | tr '\0' x)"
    redis set bench:key "$value" >/dev/null
    case "$1" in
        get) command=(GET bench:key) ;;
        set) command=(SET bench:key "$value") ;;
        evalsha | script) command=(EVALSHA "$(redis script load "return redis.call('GET', KEYS[1])")" 1 bench:key) ;;
    esac
    # Enough commands for about the seconds asked for, judged by a short run.
    rate="$(redis_benchmark "$depth" $((depth == 1 ? 5000 : 100000)) "${command[@]}")"
    count="$(awk -v r="$rate" -v s="$seconds" 'BEGIN { printf "%d", r * s }')"
    rate="$(redis_benchmark "$depth" "$count" "${command[@]}")"
    printf '{"client":"redis-benchmark","ops_per_s":%.0f,"p50_us":null,"p99_us":null,"cpu_us_per_op":null,"bytes_per_op":null}\n' "$rate"
}

# redis_benchmark DEPTH COUNT COMMAND...: operations a second
redis_benchmark() {
    redis-benchmark -p "$redis_port" -c 1 -P "$1" -n "$2" -q "${@:3}" | tr '\r' '\n' \
        | sed -nE 's/.*: ([0-9.]+) requests per second.*/\1/p' | tail -n 1
}

# start_client NAME COMMAND...: a client that is kept warm and measures once for each line it is given
declare -A to from
start_client() {
    mkfifo "$scratch/$1.to" "$scratch/$1.from"
    exec {to[$1]}<>"$scratch/$1.to" {from[$1]}<>"$scratch/$1.from"
    "${@:2}" <"$scratch/$1.to" >"$scratch/$1.from" &
    started+=($!)
    pid[$1]=$!
}

# answer NAME: its next line
answer() {
    local line
    read -r -t 60 -u "${from[$1]}" line || die "$1 gave no answer."
    echo "$line"
}

declare -A pid
stop_client() {
    kill "${pid[$1]}" && wait "${pid[$1]}" 2>/dev/null || true
    exec {to[$1]}>&- {from[$1]}>&-
    rm "$scratch/$1.to" "$scratch/$1.from"
}

clients="ours stackexchange ioredis"

# cell OP SIZE CALLERS: all of them in turn, each round
cell() {
    local client round at=(--redis "127.0.0.1:$redis_port" --op "$1" --size "$2" --callers "$3" --seconds "$seconds" --on-demand true)
    start_client ours "$root/benchmarks/RedisClient/bin/Release/net10.0/RedisClient" "${at[@]}"
    start_client stackexchange "$root/benchmarks/RedisClient/bin/Release/net10.0/RedisClient" --client StackExchange.Redis "${at[@]}"
    start_client ioredis node "$root/benchmarks/peers/redis-client.js" "${at[@]}"
    for client in $clients; do
        [ "$(answer "$client")" = ready ] || die "$client did not get ready."
    done
    for round in $(seq "$rounds"); do
        for client in $clients; do
            echo >&"${to[$client]}"
            answer "$client" >>"$scratch/$client.$1.$2.$3"
        done
        yardstick "$1" "$2" "$3" >>"$scratch/yardstick.$1.$2.$3"
    done
    for client in $clients; do stop_client "$client"; done
    echo "$1 of $2 bytes by $3 done" >&2
}

for op in $ops; do
    for size in $sizes; do
        for count in $callers; do cell "$op" "$size" "$count"; done
    done
done

table() {
    local op size count client file yard line
    echo "| op | bytes | callers | client | ops/s | to redis-benchmark | p50 µs | p99 µs | CPU µs/op | allocated bytes/op |"
    echo "|---|---:|---:|---|---:|---:|---:|---:|---:|---:|"
    for op in $ops; do
        for size in $sizes; do
            for count in $callers; do
                yard="$(field ops_per_s <"$scratch/yardstick.$op.$size.$count" | median)"
                for client in $clients yardstick; do
                    file="$scratch/$client.$op.$size.$count"
                    line="| $op | $size | $count | $(name_of "$client" "$count") | $(field ops_per_s <"$file" | median)"
                    line+=" | $(ratio "$(field ops_per_s <"$file" | median)" "$yard")"
                    for value in p50_us p99_us cpu_us_per_op bytes_per_op; do
                        line+=" | $(field "$value" <"$file" | { grep -v null || true; } | median)"
                    done
                    echo "$line |"
                done
            done
        done
    done
}

name_of() {
    case "$1" in ours) echo RespClient ;; stackexchange) echo StackExchange.Redis ;; yardstick) echo "\`redis-benchmark -c 1 -P $(in_flight "$2")\`" ;; *) echo "$1" ;; esac
}

report() {
    echo "$(describe_machine); StackExchange.Redis $(sed -nE 's/.*"StackExchange.Redis" Version="([^"]*)".*/\1/p' "$root/Directory.Packages.props"); ioredis $(sed -nE 's/.*"version": "([^"]*)".*/\1/p' "$root/benchmarks/peers/node_modules/ioredis/package.json") on Node.js $(node --version)."
    echo "Medians of $rounds interleaved rounds of $seconds s, made by \`benchmarks/redis-client.sh\`."
    echo
    table
}

report | tee "$scratch/report"
if [ -n "$write" ]; then write_after '<!-- table -->' "$write" "$scratch/report"; fi
