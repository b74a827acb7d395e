// Package shell quotes, formats, parses and simulates shell scripts, and observes those that somebody else wrote.
//
// # Scripts of policygen's own
//
// A simulated script runs in an interpreter in which every command, open, stat and directory listing is answered by
// this package from a [World]: no process is started, no file is touched and nothing is inherited from the process that
// simulates, whatever the script says. Its time, steps, output and memory are bounded.
//
// The interpreter is mvdan.cc/sh 3.14, which behaves like Bash. Scripts are to run alike in it and in bash, dash, busybox
// ash, ksh93, mksh, yash, zsh --emulate sh and posh, so what is not alike is refused, with its place, rather than guessed.
//
// [Parse] refuses, beside what Bash reads otherwise than POSIX ("[[", "local", "let", "time", $'x', (( ))):
//   - what runs side by side: pipes and "&"
//   - redirections other than to and from /dev/null, >&1, >&2 and here-documents
//   - unquoted expansions that would be split, and unquoted *, ?, [x], ~ and braces outside of case patterns;
//     $#, $? and ${1+"$@"} may stay unquoted
//   - "$@" as a part of a word, $$, $!, $-, ${10} and variables that only some shells set, such as LINENO and UID
//   - functions that call themselves, readonly, export other than of NAME or NAME="value", an assignment before a special
//     builtin or a function
//   - commands in the word of ${x-word} (the interpreter runs them even where the word is not used); division, remainder
//     and assignment in $(( )); @( and its like in quotes in the pattern of a case
//   - what is not UTF-8, longer than 16 MiB, or nested so deep that the parser could run out of stack
//
// [Script.Run] refuses, where a run reaches it: builtins other than : [ break cd command continue echo exec exit export
// false printf pwd read return set shift test true unset; options of set other than -u, -x and -f; printf formats
// other than %s, %% and the escapes of POSIX; echo with a backslash or a first word that begins with "-"; tests of more
// than three words and a "!", and comparisons of what is no number; shift past $#; an exit status outside 0 to 255; the
// output of "command -v NAME", which is a path in a shell and unknown here; special characters in "$x" within ${y#"$x"};
// words and joined values above 128 KiB, which no process could be given.
//
// Not seen by the simulation, so not to be relied on: the number of the status (1 or 2) with which set -u and ${x?} end
// a script, and that posh has an empty "$@" and $* for unset; ${#x}, ? and [!x] where x is not ASCII, which are bytes in
// some shells and characters in others; a word of ${x-"$y"} that is not used while y is unset under set -u, which is an
// error here alone; CDPATH; the text of set -x and of the shell's own messages.
//
// # Scripts of others
//
// [ParseForeign] takes any Bash, and [Foreign.Observe] tells which commands such a script starts, with which words,
// environment and directory, and how their exit statuses are lost. Nothing is run and nothing is opened but the files of
// [Setting]. What nobody knows, such as the output of a command, is text with a mark in it that flows through the script
// like any other; arithmetic on it is unknown, and what would take it to pieces leaves it whole. After the run, each branch,
// function and rest of a list that it passed by is simulated from the state in which it did; what can't be reached even so
// is given as it is written.
//
// Observing assumes, where it can't know: a command has status 0; every name is found on PATH; a variable that set -u or
// ${x?} asks for is set, to something unknown; a directory that cd goes to is there; a file that is sourced and not there
// is empty; a command in the background has ended at once; no file is newer than another; no path is a link.
//
// Not simulated: what needs several processes at once, such as a coproc that answers; job control and the numbers of
// processes; signals, whose traps are looked at as branches; aliases; empty fields between separators of IFS that are no
// blanks; time; history; changes of files other than by a redirection, tee or mkdir; what differs in shells other than Bash.
package shell
