#!/usr/bin/env bash
# Puts known faults into the code, one at a time, and tells which of them the tests find. On demand and by night: it takes
# minutes to hours and is no part of ./test.sh.
#
#   ./tests/mutants.sh               all faults of tests/mutants/*.txt
#   ./tests/mutants.sh Change gate   only those in which one of the words occurs: in list, fault, file, promise or test
#   ./tests/mutants.sh --check       only whether each fault's text is there, exactly once, and each named test exists
#
# MUTANT_JOBS=2           how many faults are tried side by side, each in a copy of the working tree
# MUTANT_LIMIT=120        seconds that the named test may take; a project may take five times that. Longer counts as found.
#
# A fault in a list:
#   fault: what goes wrong, in words
#   file: the file that is changed
#   promise: the page and the line of it that the fault breaks
#   test: the test project, and the name of the test that is expected to fail; more tests follow after blanks
#   equivalent: why nothing that anybody sees changes (then it is only looked for, not tried)
#   -----
#   the lines that are replaced
#   +++++
#   the lines that replace them
#   =====
# Where the named test finds nothing, all tests of its project run. The last line counts; the exit code is 0 only if every
# fault was found. A fault whose text is not there exactly once, or that does not compile, is an error.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

jobs="${MUTANT_JOBS:-2}" limit="${MUTANT_LIMIT:-120}"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
unset REDIS ASPNETCORE_ENVIRONMENT DOTNET_ENVIRONMENT ASPNETCORE_URLS URLS LONG_RUN
check=""
[ "${1:-}" != --check ] || { check=yes; shift; }
[[ $jobs =~ ^[1-9]$ ]] || { echo "MUTANT_JOBS is '$jobs'; allowed: 1 to 9" >&2; exit 2; }

scratch="$(mktemp -d)"
export UseSharedCompilation=true SharedCompilationId="mutants-$$"
clean_up() {
    local processes
    trap - EXIT
    processes="$(jobs -p)"
    [ -z "$processes" ] || kill $processes 2>/dev/null
    processes="$(grep -las -e "-pipename:$SharedCompilationId" /proc/[0-9]*/cmdline | cut -d/ -f3)" || true
    [ -z "$processes" ] || kill $processes 2>/dev/null
    rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# ---- The list ---------------------------------------------------------------------------------------------------

# One folder for each fault: the files fault, file, promise, test, equivalent, old and new.
read_lists() {
    awk -v into="$scratch/faults" '
        function begin() { if (!dir) { number++; dir = sprintf("%s/%04d", into, number); system("mkdir -p " dir); print FILENAME > (dir "/list") } }
        /^#/ && !part { next }
        /^[a-z]+: / && !part { begin(); name = $1; sub(/:$/, "", name); sub(/^[a-z]+: */, ""); print > (dir "/" name); next }
        /^-----$/ && !part { part = "old"; printf "" > (dir "/old"); next }
        /^\+\+\+\+\+$/ && part == "old" { part = "new"; printf "" > (dir "/new"); next }
        /^=====$/ && part == "new" { part = ""; dir = ""; next }
        part { print > (dir "/" part); next }
        /./ { print FILENAME ":" FNR ": neither a name nor a part of a fault: " $0 > "/dev/stderr"; bad = 1; exit }
        END { if (part || dir) { print FILENAME ": the last fault has no end (=====)" > "/dev/stderr"; bad = 1 } exit bad }
    ' tests/mutants/*.txt
}

# Prints why a fault cannot be tried; nothing: it can.
complaint() {
    local dir="$1" part file
    for part in fault file promise test old new; do
        [ -f "$dir/$part" ] || { echo "has no $part"; return; }
    done
    file="$(<"$dir/file")"
    [ -f "$file" ] || { echo "there is no $file"; return; }
    perl -0777 -e 'my ($o, $f) = map { local @ARGV = $_; <> } @ARGV; chomp $o; my ($n, $i) = (0, -1);
        while (($i = index($f, $o, $i + 1)) >= 0) { $n++ } print $n == 1 ? "" : "its text is there $n times"' "$dir/old" "$file"
}

# Puts a fault into a copy of the tree.
put_in() {
    perl -0777 -e 'my ($o, $n, $f) = map { local @ARGV = $_; <> // "" } @ARGV; chomp $o; chomp $n; my $i = index($f, $o);
        substr($f, $i, length $o) = $n; open my $out, ">", $ARGV[2] or die; print $out $f' "$1/old" "$1/new" "$2/$(<"$1/file")"
}

wanted() {
    local dir="$1" word
    shift
    [ $# -gt 0 ] || return 0
    for word in "$@"; do grep -qiF -- "$word" "$dir"/{list,fault,file,promise,test} && return 0; done
    return 1
}

mkdir -p "$scratch/faults"
read_lists || exit 2
faults=() wrong=0
for dir in "$scratch"/faults/*/; do
    dir="${dir%/}"
    wanted "$dir" "$@" || continue
    why="$(complaint "$dir")"
    read -r project names <"$dir/test" 2>/dev/null || names=""
    for name in $names; do
        [ -n "$why" ] || grep -rqE "Task(<[A-Za-z]+>)? $name\(|void $name\(" "tests/$project" --include='*.cs' || why="there is no test $name in $project"
    done
    [ -n "$why" ] || [ -n "$names" ] || why="names no test"
    if [ -n "$why" ]; then
        echo "error        $(cat "$dir/list" "$dir/fault" 2>/dev/null | tr '\n' ' '): $why"
        wrong=$((wrong + 1))
    else
        faults+=("$dir")
    fi
done
[ ${#faults[@]} -gt 0 ] || [ "$wrong" -gt 0 ] || { echo "No fault matches: $*"; exit 2; }
if [ -n "$check" ]; then
    echo "${#faults[@]} faults, $wrong errors"
    [ "$wrong" = 0 ]
    exit
fi

# ---- Copies of the tree -----------------------------------------------------------------------------------------

build() { (cd "$1" && dotnet build "$2" -c Release -v q -nologo "${@:3}" -p:RunAnalyzers=false -p:TreatWarningsAsErrors=false); }

make_tree() {
    mkdir -p "$1"
    git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$1" 2>/dev/null
    (cd "$1" && git init -q .)
}

# Runs tests of a built project; 0: all passed.
run_tests() {
    local tree="$1" project="$2" seconds="$3" log="$4" arguments=() name
    for name in "${@:5}"; do arguments+=(-method "*.$name"); done
    mkdir -p "$tree/tmp"
    (cd "$tree" && TMPDIR="$tree/tmp" setsid timeout --kill-after=5 "$seconds" \
        "tests/$project/bin/Release/net10.0/$project" -noColor -noLogo -noAutoReporters ${arguments[@]+"${arguments[@]}"} >"$log" 2>&1 </dev/null)
    local code=$?
    grep -q 'Total: 0' "$log" && return 99
    return $code
}

# ---- Each fault -------------------------------------------------------------------------------------------------

try_one() {
    local dir="$1" tree="$2" log="$2.log" file project names verdict code
    file="$(<"$dir/file")"
    read -r project names <"$dir/test"
    put_in "$dir" "$tree"
    if ! build "$tree" "tests/$project" --no-restore >"$log" 2>&1; then
        verdict="error        does not compile: $(grep -oE 'error [A-Z0-9]+: .*' "$log" | head -n 1 | cut -c1-160)"
    elif run_tests "$tree" "$project" "$limit" "$log" $names; code=$?; [ "$code" = 99 ]; then
        verdict="error        the named test did not run"
    elif [ "$code" != 0 ]; then
        verdict="named"
    elif ! run_tests "$tree" "$project" $((5 * limit)) "$log"; then
        verdict="another      $(sed -nE 's/^    ([^ ].*) \[FAIL\]$/\1/p' "$log" | head -n 1 | cut -c1-120)"
    else
        verdict="LIVED"
    fi
    cp "$file" "$tree/$file"
    echo "$verdict" >"$dir/verdict"
    printf '%-12s %s: %s%s\n' "${verdict%% *}" "$(basename "$(<"$dir/list")" .txt)" "$(<"$dir/fault")" \
        "$([[ $verdict == *" "* ]] && echo " [$(sed -E 's/^[a-z]+ +//' <<<"$verdict")]")"
}

# Takes the next fault as long as there is one. The lock file makes one worker take it.
work() {
    local tree="$1" dir
    for dir in "${faults[@]}"; do
        [ ! -f "$dir/equivalent" ] && mkdir "$dir/taken" 2>/dev/null || continue
        try_one "$dir" "$tree"
    done
}

echo "Building $jobs copies"
for job in $(seq "$jobs"); do
    make_tree "$scratch/tree$job"
    build "$scratch/tree$job" RedisSessionWeb.sln >"$scratch/build.log" 2>&1 || { tail -n 20 "$scratch/build.log" >&2; exit 1; }
done

# What fails without a fault finds none.
for project in $(cut -d' ' -f1 $(printf '%s/test ' "${faults[@]}") | sort -u); do
    names="$(sed -nE "s/^$project +//p" $(printf '%s/test ' "${faults[@]}") | tr ' ' '\n' | sort -u)"
    run_tests "$scratch/tree1" "$project" $((5 * limit)) "$scratch/base.log" $names \
        || { echo "Without a fault, these fail:"; sed -nE 's/^    ([^ ].*) \[FAIL\]$/  \1/p' "$scratch/base.log"; tail -n 3 "$scratch/base.log"; exit 1; }
done

for job in $(seq "$jobs"); do work "$scratch/tree$job" & done
wait

count() { cat "${faults[@]/%//verdict}" 2>/dev/null | grep -c "^$1" || true; }
equivalent="$(ls "${faults[@]/%//equivalent}" 2>/dev/null | wc -l)"
wrong=$((wrong + $(count error)))
echo "$((${#faults[@]} - equivalent)) faults tried: $(count named) found by the named test, $(count another) by another, $(count LIVED) lived, $wrong errors; $equivalent change nothing"
[ "$wrong" = 0 ] && [ "$(count LIVED)" = 0 ]
