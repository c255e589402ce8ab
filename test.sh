#!/usr/bin/env bash
# Installs what the tests need, builds Release, runs every test project and adds up the results.
#
#   ./test.sh                 all projects under tests/*.Tests
#   ./test.sh Sessions Resp   only those whose name contains one of the words
#
# TEST_TIME_LIMIT=seconds     how long one project may take before it is ended and counts as failed (600; with
#                             LONG_RUN=1, which also turns the long loops on, 7200)
# The last line is "N passed, N failed, N skipped"; the exit code is 0 only if nothing failed and every project ran.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if [ "${LONG_RUN:-}" = 1 ]; then limit="${TEST_TIME_LIMIT:-7200}"; else limit="${TEST_TIME_LIMIT:-600}"; fi
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# Settings of the caller's shell that would change what the tests see.
unset REDIS ASPNETCORE_ENVIRONMENT DOTNET_ENVIRONMENT ASPNETCORE_URLS URLS

scratch="$(mktemp -d)"
running=""
# One compiler for all projects, and for what the tests build: it loads the analyzers once, and ends with this script.
export UseSharedCompilation=true SharedCompilationId="test-$$"
end_compiler() {
    local processes
    processes="$(grep -las -e "-pipename:$SharedCompilationId" /proc/[0-9]*/cmdline | cut -d/ -f3)" || true
    [ -z "$processes" ] || kill $processes 2>/dev/null || true
}
clean_up() {
    [ -z "$running" ] || kill -KILL -- "-$running" 2>/dev/null || true
    end_compiler
    rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# ---- What the tests need ----------------------------------------------------------------------------------------

have() { command -v "$1" >/dev/null 2>&1; }
have_icu() { PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null | grep -q 'libicuuc\.so'; }

# Debian keeps the server's programs apart from the path, one folder for each major version.
have_postgresql() { have postgres || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

missing_packages() {
    have redis-server || have valkey-server || echo redis-server
    have chromium || echo chromium
    have node || echo nodejs
    have npm || echo npm
    have tesseract || echo tesseract-ocr
    have wrk || echo wrk
    have_postgresql || echo postgresql
    have_icu || echo libicu
}

# The package's name carries its version, which differs from release to release; -dev depends on the right one.
newest_icu_package() { apt-cache pkgnames libicu 2>/dev/null | grep -E '^libicu[0-9]+$' | sort -V | tail -n 1 | grep . || echo libicu-dev; }

# The package would make a cluster and start it; the tests make their own, and no other is asked for.
without_default_cluster() {
    [ ! -e /etc/postgresql-common/createcluster.conf ] || return 0
    apt-get install -y -qq --no-install-recommends postgresql-common \
        && sed -i 's/^#*create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
}

install_what_is_missing() {
    local packages
    packages="$(missing_packages)"
    [ -n "$packages" ] || return 0
    packages="$(echo $packages)"
    if [ "$(id -u)" != 0 ]; then
        echo "The tests need packages that are not installed. Run this, then ./test.sh again:" >&2
        echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages/%libicu/$(newest_icu_package)}" >&2
        exit 1
    fi
    have apt-get || { echo "Not installed: $packages, and there is no apt-get here to install them with." >&2; exit 1; }
    echo "Installing $packages"
    export DEBIAN_FRONTEND=noninteractive
    if ! { apt-get update -qq \
        && { [[ " $packages " != *" postgresql "* ]] || without_default_cluster; } \
        && apt-get install -y -qq --no-install-recommends ${packages/%libicu/$(newest_icu_package)}; } \
        >"$scratch/apt.log" 2>&1 </dev/null; then
        tail -n 20 "$scratch/apt.log" >&2
        echo "Installing $packages failed." >&2
        exit 1
    fi
}

have dotnet || { echo "The .NET 10 SDK is not installed: https://dotnet.microsoft.com/download/dotnet/10.0" >&2; exit 1; }
install_what_is_missing

# ---- Build once -------------------------------------------------------------------------------------------------

echo "Building Release"
if ! dotnet build RedisSessionWeb.sln -c Release -v q -nologo >"$scratch/build.log" 2>&1; then
    grep -E '(error|warn)' "$scratch/build.log" | sort -u | head -n 40 >&2 || tail -n 40 "$scratch/build.log" >&2
    echo "The build failed." >&2
    exit 1
fi

# ---- Run --------------------------------------------------------------------------------------------------------

passed=0 failed=0 skipped=0

# The block of a failed test: its line, and what is indented below it.
print_failures() {
    awk '/^    [^ ].* \[FAIL\]$/ { show = 1; print; next }
         /^    [^ ].*(\[(STARTING|FINISHED|SKIP|PASS|NOT RUN|OUTPUT)\])/ || /^  [^ ]/ || /^===/ { show = 0 }
         show { print }' "$1"
}

tests_in_flight() {
    awk '/^    [^ ].* \[STARTING\]$/ { sub(/ \[STARTING\]$/, ""); open[$0]++ }
         /^    [^ ].* \[FINISHED\] Time: / { sub(/ \[FINISHED\] Time: .*$/, ""); open[$0]-- }
         END { for (test in open) if (open[test] > 0) print test }' "$1"
}

# What a crash said first, or the last lines.
print_end_of_log() {
    local crash
    crash="$(grep -nE '^(Unhandled exception|Process terminated|Fatal error|Stack overflow)' "$1" | tail -n 1 | cut -d: -f1)"
    { if [ -n "$crash" ]; then sed -n "$crash,$((crash + 20))p" "$1"; else tail -n 25 "$1"; fi; } \
        | cut -c1-200 | sed 's/^/    | /'
}

count_lines() { grep -cE "$1" "$2" || true; }

# A project that ended without its summary: ended by the time limit, or by a crash of its process. Every test that was
# running counts as failed, and the project itself if there was none.
count_unfinished() {
    local project="$1" log="$2" reason="$3" open open_count bad skips finished
    open="$(tests_in_flight "$log")"
    open_count="$(grep -c . <<<"$open" || true)"
    echo "    $project $reason. Running when it ended:"
    echo "${open:-    (no test)}"
    print_end_of_log "$log"
    finished="$(count_lines '^    [^ ].* \[FINISHED\] Time: ' "$log")"
    bad="$(count_lines '^    [^ ].* \[FAIL\]$' "$log")"
    skips="$(count_lines '^    [^ ].* \[SKIP\]$' "$log")"
    passed=$((passed + finished - bad - skips))
    failed=$((failed + bad + (open_count > 0 ? open_count : 1)))
    skipped=$((skipped + skips))
}

run_project() {
    local project="$1" executable="$1/bin/Release/net10.0/${1##*/}" log status=0 summary started=$SECONDS
    log="$scratch/${project##*/}.log"
    if [ ! -x "$executable" ]; then
        echo "FAILED  ${project##*/}: not built; is it in RedisSessionWeb.sln?"
        failed=$((failed + 1))
        return
    fi
    mkdir -p "$scratch/tmp"
    # In a process group of its own, so that whatever the tests started ends with them.
    TMPDIR="$scratch/tmp" timeout --kill-after=10 "$limit" \
        "$executable" -noColor -noLogo -noAutoReporters -reporter verbose -longRunning 60 >"$log" 2>&1 </dev/null &
    running=$!
    { wait "$running"; } 2>/dev/null || status=$?
    kill -TERM -- "-$running" 2>/dev/null || true
    running=""

    summary="$(sed -nE 's/^   .* Total: ([0-9]+), Errors: ([0-9]+), Failed: ([0-9]+), Skipped: ([0-9]+), Not Run: ([0-9]+).*/\1 \2 \3 \4 \5/p' "$log" | tail -n 1)"
    print_failures "$log"
    if [ "$status" = 124 ] || [ "$status" = 137 ]; then
        count_unfinished "${project##*/}" "$log" "did not end within $limit s"
    elif grep -qE '^   .* Total: 0$' "$log"; then
        echo "    ${project##*/} has no test."
        failed=$((failed + 1))
    elif [ -z "$summary" ]; then
        count_unfinished "${project##*/}" "$log" "ended early (exit code $status)"
    else
        local total errors bad skips not_run
        read -r total errors bad skips not_run <<<"$summary"
        passed=$((passed + total - bad - skips - not_run))
        failed=$((failed + bad + errors))
        skipped=$((skipped + skips))
        if [ $((total - skips - not_run)) = 0 ]; then
            echo "    ${project##*/} ran no test."
            failed=$((failed + 1))
        elif [ "$status" != 0 ] && [ $((bad + errors)) = 0 ]; then
            echo "    ${project##*/} ended with exit code $status."
            print_end_of_log "$log"
            failed=$((failed + 1))
        fi
    fi
    grep -E '\[SKIP\]$' -A 1 "$log" | grep -v '^--$' || true
    printf '%-28s %4d s   %s\n' "${project##*/}" $((SECONDS - started)) "${summary:+$(summary_in_words $summary)}"
}

summary_in_words() { echo "$(($1 - $3 - $4 - $5)) passed, $(($3 + $2)) failed, $4 skipped"; }

wanted() {
    local word
    [ $# -gt 1 ] || return 0
    for word in "${@:2}"; do [[ "$1" == *"$word"* ]] && return 0; done
    return 1
}

for file in tests/*.Tests/*.csproj; do
    project="$(dirname "$file")"
    if wanted "$project" "$@"; then run_project "$project"; fi
done

[ $((passed + failed + skipped)) -gt 0 ] || { echo "No test project matches: $*"; failed=1; }
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
