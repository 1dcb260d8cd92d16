#!/bin/sh
# Installs the program and completions for three shells, or removes them.
#
# Usage: Scripts/install.sh install PROGRAM PREFIX
#        Scripts/install.sh uninstall PREFIX
set -eu

# Shell, and the place of its completions below PREFIX.
completions='bash:share/bash-completion/completions/berth
zsh:share/zsh/site-functions/_berth
fish:share/fish/vendor_completions.d/berth.fish'

case ${1:-} in
install)
    program=$2 prefix=$3
    mkdir -p "$prefix/bin"
    # Put beside and renamed, so that a running program is not written into.
    cp "$program" "$prefix/bin/.berth.new"
    chmod 755 "$prefix/bin/.berth.new"
    mv "$prefix/bin/.berth.new" "$prefix/bin/berth"
    for entry in $completions; do
        shell=${entry%%:*} place=$prefix/${entry#*:}
        mkdir -p "$(dirname "$place")"
        "$program" --generate-completion-script "$shell" >"$place"
    done
    echo "installed: $prefix/bin/berth, $("$prefix/bin/berth" --version)"
    ;;
uninstall)
    prefix=$2
    rm -f "$prefix/bin/berth"
    for entry in $completions; do
        place=$prefix/${entry#*:}
        rm -f "$place"
        # Folders that this leaves empty go too, up to PREFIX.
        (cd "$prefix" && rmdir -p "$(dirname "${entry#*:}")" 2>/dev/null) || true
    done
    (cd "$prefix" 2>/dev/null && rmdir bin 2>/dev/null) || true
    echo "removed from $prefix"
    ;;
*)
    sed -n '2,5s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
