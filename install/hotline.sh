#!/bin/sh
# /usr/bin/hotline: the program with the packages that it was built with, and no others.
# Run by root it takes /etc/default/hotline, as the units do, and becomes the hotline's own user, so that no file in
# /var/lib/hotline is ever root's.
set -e
here=$(dirname "$(readlink -f "$0")")
export HOTLINE_CONFIG="${HOTLINE_CONFIG:-/etc/hotline}" HOTLINE_VAR="${HOTLINE_VAR:-/var/lib/hotline}"
export PYTHONPATH="$here:$here/packages" PYTHONDONTWRITEBYTECODE=1
export PYTHONSAFEPATH=1 # nothing is imported from the folder in which somebody happens to be
if [ "$(id -u)" = 0 ] && [ "$HOTLINE_VAR" = /var/lib/hotline ] && getent passwd hotline >/dev/null; then
    if [ -r /etc/default/hotline ]; then
        while IFS= read -r line; do
            case $line in
                HOTLINE_[A-Z]*=*)
                    value=${line#*=}
                    value=${value#\"}
                    export "${line%%=*}=${value%\"}"
                    ;;
            esac
        done </etc/default/hotline
    fi
    exec setpriv --reuid hotline --regid hotline --init-groups env HOME="$HOTLINE_VAR" @PYTHON@ -s -m hotline "$@"
fi
exec @PYTHON@ -s -m hotline "$@"
