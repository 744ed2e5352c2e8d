# The virtual environment that ./start and ./test share, and another for what a few tests take.
# Both source this file, having set `root` to the project's folder.
# shellcheck shell=sh

environment=${root:?}/.venv

tell() {
    printf '%s\n' "$*" >&2
}

fail() {
    tell "${0##*/}: $*"
    exit 1
}

# prepare MEGABYTES LOCK [COVERED]: install what LOCK pins, and the project, unless that is done
# already. It is then done for COVERED as well, a lock file whose every pin stands in LOCK too.
# Where everything is installed, what is built from assets/ is built anew if it is not of these.
prepare() {
    megabytes=$1
    lock=$2
    shift
    if ! is_installed || ! [ -x "$environment/bin/ezee" ]; then
        check_room "$megabytes"
        make_environment
        install
        tell "Installing ezee itself."
        install_project
        for each; do
            fingerprint "$each" >"$(stamp "$each")"
        done
    elif [ "$(cat "$(stamp assets)" 2>/dev/null)" != "$(fingerprint_of_assets)" ]; then
        tell "What is built from assets/ is not of these assets. Building it anew."
        build
    fi
}

# prepare_apart FOLDER MEGABYTES LOCK: install what LOCK pins, and nothing that these need besides,
# in an environment of its own, unless that is done already.
prepare_apart() {
    shared=$environment
    environment=$root/$1
    lock=$3
    if ! is_installed; then
        check_room "$2"
        make_environment
        install --no-deps
        fingerprint "$lock" >"$(stamp "$lock")"
    fi
    environment=$shared
}

is_installed() {
    "$environment/bin/python" -c '' 2>/dev/null &&
        [ "$(cat "$(stamp "$lock")" 2>/dev/null)" = "$(fingerprint "$lock")" ]
}

stamp() {
    echo "$environment/installed-$1"
}

# What an installation depends on. The folder is part of it: an environment cannot be moved.
fingerprint() {
    {
        printf '%s\n' "$root"
        cat "$root/pyproject.toml" "$root/hatch_build.py" "$root/$1"
    } | sha256sum
}

# What the build reads, and what it made: both can change, by another checkout or by hand.
fingerprint_of_assets() {
    find_in_root "assets/*.js* assets/script assets/pages $(products)" \
        -type f -exec sha256sum {} + 2>/dev/null | sort | sha256sum
}

# In src/ git ignores what is built, and nothing else.
products() {
    sed -n 's|^/src/|src/|p' "$root/.gitignore" | tr '\n' ' '
}

# find_in_root "FOLDERS AND FILES" WHAT TO DO. None of their names has a space, unlike the root.
find_in_root() {
    (
        cd "$root" || exit
        found=$1
        shift
        # shellcheck disable=SC2086
        find $found "$@"
    )
}

check_room() {
    free=$(df -Pk "$root" | {
        read -r _
        read -r _ _ _ kilobytes _
        echo "$((kilobytes / 1024))"
    })
    [ "$free" -ge "$1" ] ||
        fail "$1 MB of free disk space are needed in $root, and there are $free."
}

make_environment() {
    if "$environment/bin/python" -m pip --version >/dev/null 2>&1; then
        return
    fi
    python=$(find_python) || exit 1
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "Python's venv module is not complete. Install it with: apt-get install python3-venv"
    tell "Making a virtual environment in $environment with $("$python" -V)."
    "$python" -m venv --clear "$environment" ||
        fail "the virtual environment could not be made; the reason is above."
}

find_python() {
    for candidate in python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    found=$(python3 -V 2>/dev/null) || found="none"
    fail "Python 3.11 or newer is needed; found: $found." \
        "On Debian: apt-get install python3 python3-venv"
}

install() {
    total=$(grep -c '^[a-z].*==' "$root/$lock")
    tell "Installing $total packages from $lock. This is done once."
    keep_log
    pip_install "$@" -r "$root/$lock" | show_progress || explain
    forget_log
}

# The build makes what is older than its inputs. If it fails, what was there stays, to be built
# the next time.
build() {
    find_in_root "$(products)" -exec touch -t 200001010000 {} + 2>/dev/null || true
    install_project
}

install_project() {
    keep_log
    pip_install --no-deps --editable "$root" >/dev/null || explain
    fingerprint_of_assets >"$(stamp assets)"
    forget_log
}

keep_log() {
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
}

forget_log() {
    rm -f "$log"
    trap - EXIT
}

# A pipeline has the status of its last command, so success is one more line.
pip_install() {
    PYTHONUNBUFFERED=1 "$environment/bin/python" -m pip --disable-pip-version-check \
        --no-input install "$@" 2>"$log" && echo "$success"
}
success="-- installed --"

# One line for each package, in place on a terminal; the rest of what pip says is left out.
show_progress() {
    count=0
    status=1
    while IFS= read -r line; do
        case $line in
        "Collecting "* | "Requirement already satisfied: "* | "Ignoring "*)
            count=$((count + 1))
            line=${line#Collecting }
            line=${line#Requirement already satisfied: }
            line=${line#Ignoring }
            line=${line%% *}
            show_line "$count/$total ${line%:}"
            ;;
        "Installing collected packages"*)
            show_line "unpacking them all"
            ;;
        "$success")
            status=0
            ;;
        esac
    done
    if [ -t 2 ]; then
        printf '\r\033[K' >&2
    fi
    return "$status"
}

show_line() {
    if [ -t 2 ]; then
        printf '\r\033[K  %.70s' "$1" >&2
    else
        tell "  $1"
    fi
}

explain() {
    said=$(cat "$log")
    case $said in
    *"No space left on device"*)
        fail "the disk is full. Make room, then run this again."
        ;;
    *"Failed to establish a new connection"* | *"Max retries exceeded"* | \
        *"connection broken"* | *"Temporary failure in name resolution"*)
        fail "pip cannot reach its package index. Check the network, and pip's own settings" \
            "when there is a proxy or a mirror; then run this again."
        ;;
    esac
    tell "$said"
    fail "pip could not install the dependencies; the reason is above."
}
