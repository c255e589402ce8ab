#!/usr/bin/env bash
# Mutates the folders that need no server (addresses, codes, cookies, records, the protocol) with Stryker and tells which
# mutants the tests of those folders let live. On demand and by night, like mutants.sh; some minutes.
#
#   ./tests/stryker.sh              all parts
#   ./tests/stryker.sh protocol     only the parts that have one of these names
#
# Its runner for Microsoft.Testing.Platform is used: the default one finds no test of xunit.v3 and reports 0 %. A part in
# which nothing was killed is therefore an error. So is a score below 95 % of the mutants that a test reaches.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_ROLL_FORWARD=Major STRYKER_DISABLE_TELEMETRY=1
goal=95
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

# name | project | mutated files | test files
parts() {
    cat <<'PARTS'
protocol|RespClient|Protocol/RespReader.cs,Values/RespNumbers.cs,Protocol/RespWriter.cs|Protocol/*.cs
records|RedisSessions|Records/RecordValues.cs,Records/KeyNames.cs,Records/RecordMark.cs|Records/RecordChangeTests.cs;Records/RecordValuesTests.cs;Marks/RecordMarkTests.cs
cookies|RedisSessions|Cookies/SessionId.cs|Cookies/SessionIdTests.cs
addresses|VerificationCodes|Addresses/*.cs|Addresses/*.cs
codes|VerificationCodes|Codes/TypedCode.cs,Codes/CodeDerivation.cs|Codes/TypedCodeTests.cs;Codes/CodeDerivationTests.cs
PARTS
}

wanted() { local part="$1" word; shift; [ $# -gt 0 ] || return 0; for word in "$@"; do [ "$word" = "$part" ] && return 0; done; return 1; }

# Stryker builds in place: in a copy, so that the tree stays as it is.
mkdir "$scratch/tree"
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$scratch/tree" 2>/dev/null || true
(cd "$scratch/tree" && git init -q . && dotnet tool restore >/dev/null)

failed=0 ran=0
while IFS='|' read -r name project files tests; do
    wanted "$name" "$@" || continue
    ran=$((ran + 1))
    mutate=()
    while read -r file; do mutate+=(-m "$file"); done < <(tr ',' '\n' <<<"$files")
    if ! (cd "$scratch/tree/tests/$project.Tests" && OnlyTestFiles="$tests" dotnet stryker --test-runner mtp --configuration Release \
            -p "$project.csproj" "${mutate[@]}" --break-at 0 -r json -O "$scratch/$name" >"$scratch/$name.log" 2>&1 </dev/null); then
        echo "$name: Stryker failed"; tail -n 15 "$scratch/$name.log" | sed 's/^/    | /'; failed=1
        continue
    fi
    dotnet run tests/StrykerReport.cs -- "$name" "$goal" "$(find "$scratch/$name" -name mutation-report.json)" || failed=1
done < <(parts)
[ "$ran" -gt 0 ] || { echo "No part has that name; there are: $(parts | cut -d'|' -f1 | tr '\n' ' ')"; exit 2; }
exit "$failed"
