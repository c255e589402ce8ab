#!/usr/bin/env bash
# What the pieces cost by themselves: runs benchmarks/Micro (BenchmarkDotNet) and prints its tables.
#
#   benchmarks/micro.sh [--filter '*'] [--write FILE]
#
# With --write the tables replace what follows "<!-- table -->" in FILE.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/servers.sh"

filter='*' write=""
while [ $# -gt 0 ]; do
    case "$1" in
        --filter) filter="$2"; shift 2 ;;
        --write) write="$(realpath "$2")"; shift 2 ;;
        *) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 2 ;;
    esac
done

need wrk wrk
need redis-server redis-server
build_release benchmarks/Micro
(cd "$scratch" && "$root/benchmarks/Micro/bin/Release/net10.0/Micro" --filter "$filter") >"$scratch/run.log" 2>&1 \
    || { tail -n 20 "$scratch/run.log" >&2; die "The benchmarks failed."; }

tables() {
    local file
    echo "$(describe_machine). BenchmarkDotNet, made by \`benchmarks/micro.sh\`."
    for file in "$scratch"/BenchmarkDotNet.Artifacts/results/*-report-github.md; do
        echo
        echo "**$(basename "$file" -report-github.md | sed 's/^Micro\.//')**"
        echo
        # Column heads beside the runtime's are the same in all.
        grep '^|' "$file" | sed -E 's/\&lt;/</g; s/\&#39;/'"'"'/g' | sed -E "s/^\| '/| /; s/' +\|/ |/"
    done
}

tables | tee "$scratch/report"
if [ -n "$write" ]; then write_after '<!-- table -->' "$write" "$scratch/report"; fi
