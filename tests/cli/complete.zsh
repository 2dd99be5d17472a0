#!/usr/bin/env zsh
# SPDX-License-Identifier: MIT
# What an interactive zsh offers for a line:
#
#     complete.zsh DIRECTORY/OF/COMPLETIONS LINE...
#
# Prints the matches of each line, one a line, and an empty line after each.
zmodload zsh/zpty
offered=$(mktemp)
trap 'rm -f $offered' EXIT
zpty shell TERM=dumb PS1=%%ready%% zsh -f -i

# Returns when the shell has done it and reads keys again: the terminal would take ^U for itself before that.
ask() { # command
    zpty -w shell "$1; print -n fini; print shed"
    zpty -r shell heard '*finished*%ready%*'
}
ask "fpath=(${(q)1} \$fpath); autoload -Uz compinit; compinit -u -D"
ask "offered=${(q)offered}; zstyle ':completion:*' menu no"
# Matches are kept where the completion functions hand them over; calls that only ask are passed on.
ask 'compadd() {
    if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)* ]]; then
        local -a matches; builtin compadd -A matches "$@"; print -rl -- $matches >>$offered
    fi
    builtin compadd "$@"
}'
shift
for line in "$@"; do
    : >$offered
    zpty -n -w shell "$line"$'\t'$'\C-u'
    ask :
    grep . $offered
    print
done
zpty -d shell
