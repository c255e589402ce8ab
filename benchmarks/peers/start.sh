# Sourced by benchmarks/run.sh: start_peer NAME sets app_port and app_pid.
# shellcheck shell=bash

need node nodejs
need npm npm
peers_dir="$(dirname "${BASH_SOURCE[0]}")"
[ -d "$peers_dir/node_modules" ] \
    || (cd "$peers_dir" && npm install --no-package-lock --no-audit --no-fund >"$scratch/npm.log" 2>&1) \
    || { tail "$scratch/npm.log" >&2; die "npm install in $peers_dir failed."; }

start_peer() {
    app_port="$(free_port)"
    NODE_ENV=production node "$peers_dir/$1.js" --port "$app_port" --redis "127.0.0.1:$redis_port" >"$scratch/$1.log" 2>&1 &
    app_pid=$!
    started+=("$app_pid")
    wait_for "$app_port" "$app_pid" "$1"
}

# version_of PACKAGE, as npm has installed it
version_of() { echo "$1 $(sed -nE 's/^  "version": "([^"]*)".*/\1/p' "$peers_dir/node_modules/$1/package.json")"; }

describe_peers() {
    echo "Node.js $(node --version); express: $(version_of express-session) with $(version_of connect-redis); koa: $(version_of koa-session2) with $(version_of ioredis); fastify: $(version_of @fastify/session) with $(version_of connect-redis)."
}
