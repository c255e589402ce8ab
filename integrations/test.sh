#!/usr/bin/env bash
# Restores, builds and tests the integrations, each part for itself. They are no part of RedisSessionWeb.sln: some feeds
# do not carry the packages they are for.
#
#   integrations/test.sh                   packages from the usual feed
#   integrations/test.sh --feed FOLDER     and from a folder of packages (.nupkg) besides
#   StackExchangeRedisVersion=2.13.23 integrations/test.sh     another version
#
# Where a package is not to be had, it is named and the tests of that part count as skipped. The last line is
# "N passed, N failed, N skipped"; the exit code is 0 unless something failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

sources=()
while [ $# -gt 0 ]; do
    case $1 in
        --feed)
            [ -d "${2:-}" ] || { echo "--feed needs a folder of packages, not '${2:-}'" >&2; exit 2; }
            sources=("-p:RestoreAdditionalProjectSources=$(cd "$OLDPWD" 2>/dev/null && cd "$2" && pwd)")
            shift 2 ;;
        *) echo "unknown option '$1'; there is only --feed FOLDER" >&2; exit 2 ;;
    esac
done

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
limit="${TEST_TIME_LIMIT:-420}"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
passed=0 failed=0 skipped=0

have() { command -v "$1" >/dev/null 2>&1; }
have dotnet || { echo "The .NET 10 SDK is not installed: https://dotnet.microsoft.com/download/dotnet/10.0" >&2; exit 1; }
have redis-server && have node && have npm || { echo "redis-server, nodejs and npm are needed; ../test.sh installs them" >&2; exit 1; }

# Tests as they stand in the sources of a project and in the contracts it links.
count_tests() {
    local files
    files="$(echo "$1"/*.cs; sed -nE "s#.*Compile Include=\"([^\"]+)\".*#$1/\\1#p" "$1"/*.csproj)"
    cat $files 2>/dev/null | grep -cE '^\s*\[(Fact|InlineData)' || true
}

skip() {
    local count
    count="$(count_tests "$1")"
    skipped=$((skipped + count))
    echo "    $1: $count tests skipped; not to be had:"
    grep -oE 'error NU110[123]: Unable to find (a stable )?package [A-Za-z0-9._-]+' "$2" | sed -E 's/.*package (.*[^.])\.?$/        \1/' | sort -u
}

run() {
    local project="$1" log="$scratch/$1.log" summary status=0
    if ! dotnet restore "$project" -v q -nologo "${sources[@]}" >"$log" 2>&1; then
        if grep -qE 'error NU110[123]' "$log"; then skip "$project" "$log"; return; fi
        grep -E 'error' "$log" | sort -u | head -n 10
        echo "    $project: the restore failed."
        failed=$((failed + 1))
        return
    fi
    if ! dotnet build "$project" -c Release -v q -nologo --no-restore "${sources[@]}" >"$log" 2>&1; then
        grep -E '(error|warn)' "$log" | sort -u | head -n 20
        echo "    $project: the build failed."
        failed=$((failed + 1))
        return
    fi
    timeout --kill-after=10 "$limit" "$project/bin/Release/net10.0/$project" -noColor -noLogo -noAutoReporters >"$log" 2>&1 </dev/null || status=$?
    summary="$(sed -nE 's/^   .* Total: ([0-9]+), Errors: ([0-9]+), Failed: ([0-9]+), Skipped: ([0-9]+), Not Run: ([0-9]+).*/\1 \2 \3 \4 \5/p' "$log" | tail -n 1)"
    if [ -z "$summary" ]; then
        tail -n 20 "$log" | cut -c1-200
        echo "    $project ended early (exit code $status)."
        failed=$((failed + 1))
        return
    fi
    grep -A 8 '\[FAIL\]' "$log" | cut -c1-200 || true
    local total errors bad skips not_run
    read -r total errors bad skips not_run <<<"$summary"
    passed=$((passed + total - bad - skips - not_run)) failed=$((failed + bad + errors)) skipped=$((skipped + skips))
    echo "    $project: $((total - bad - skips - not_run)) passed, $((bad + errors)) failed, $skips skipped"
}

for project in *.Tests; do run "$project"; done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
