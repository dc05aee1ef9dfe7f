#!/usr/bin/env bash
# Everything that must hold before a change lands: format, lints, documentation, tests of every crate and example.
#
# Needs Rust and a C compiler (SQLite is built from source); missing Debian packages are installed where that is possible.
set -euo pipefail
cd "$(dirname "$0")"

step() { printf '\n== %s\n' "$*"; }

need() { # a program and the Debian package it comes from
    command -v "$1" >/dev/null && return
    step "installing $2"
    apt-get update -qq && apt-get install -y -qq "$2" >/dev/null
}

runner() { # counts the instructions of benches; of the version that the crate in Cargo.lock asks for
    local version
    version=$(sed -n '/^name = "gungraun"$/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)
    [ "$(gungraun-runner --version 2>/dev/null)" = "gungraun-runner $version" ] && return
    step "installing gungraun-runner $version"
    cargo install --quiet --locked gungraun-runner --version "$version"
}

need cc build-essential
need valgrind valgrind
# The scripts of the gateway's contract; varnish itself is not run.
need varnishtest varnish
# Servers of the tests' own, each in a temporary folder and ended with its test.
need "$(printf '%s\n' /usr/lib/postgresql/*/bin/postgres | tail -1)" postgresql

# Celery itself and the brokers it is met on.
need redis-server redis-server
PATH="$PATH:/usr/sbin" need rabbitmq-server rabbitmq-server
need python3 python3
python3 -c 'import ensurepip' 2>/dev/null || { step "installing python3-venv"; apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null; }
celery="${CARGO_TARGET_DIR:-target}/celery"
[ -x "$celery/bin/celery" ] || { step "installing celery"; python3 -m venv "$celery" && "$celery/bin/pip" install --quiet 'celery[redis]>=5.7,<6'; }

export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never}

step "format"
cargo fmt --all --check

step "lints"
cargo clippy --workspace --all-targets --quiet -- -D warnings
# The workspace turns most features on together; each stands by itself as well.
for features in "" tasks gateway tasks-sqlite tasks-postgres celery; do
    cargo clippy -p velithon --no-default-features --features "$features" --quiet -- -D warnings
done

step "documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --quiet --no-deps --all-features -p velithon -p velithon-macros

step "release build"
cargo build --release --quiet -p hello

step "instructions"
runner
cargo run --quiet -p velithon-tests --bin instructions

step "tests"
cargo test --workspace --quiet

step "tests of TLS to upstreams, which is off by default"
cargo test --quiet -p velithon --features gateway-tls --lib gateway::

step "done in ${SECONDS} s"
