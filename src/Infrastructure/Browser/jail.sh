#!/bin/sh
# The jail of the smoke tests: runs a program that sees nothing of this machine but what it needs to run, and reaches nothing but
# one Unix socket, as 127.0.0.1:3128. docs/decisions/0013-the-smoke-jail.md says why each step is here.
#
# The hub writes this file to a folder of its own and hands over, in the environment:
#   JAIL_KIND     `jail`, or `none` for a program in no jail, which gets no environment and bounds of the control groups alone
#   JAIL_HOME     the home folder of a program that is in no jail
#   JAIL_UID      whom to run as; empty where the hub is no root: then as the hub's own user
#   JAIL_ROOT     an empty folder that the jail's root is put over, in a mount namespace that nobody else sees
#   JAIL_SOCKET   the socket of the allow-list proxy
#   JAIL_PROGRAM  what to run, with this script's arguments
#   JAIL_FOLDERS  more folders that it needs, one a line
#   JAIL_HIDDEN   folders that are covered where they would be seen, one a line
#   JAIL_CGROUPS  cgroup.procs files to enter, one a line
#   JAIL_PID      a file that the number of the jail's outermost process is written to: who kills it kills all
#   JAIL_DATA     the most private memory that one process may have, in bytes
#   JAIL_TASKS    the most processes and threads; empty where the kernel counts those of all browsers together
#   JAIL_TMP      the most that all its files may take, in bytes
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
umask 022

# What failed is the last line of stderr that begins with "jail:"; the hub shows it.
step='start'
trap '[ $? = 0 ] || echo "jail: failed to $step" >&2' EXIT

if [ "${1-}" != --inside ]; then
  echo $$ >"$JAIL_PID"
  printf '%s\n' "$JAIL_CGROUPS" | while read -r procs; do [ -z "$procs" ] || echo $$ >"$procs"; done
  if [ "$JAIL_KIND" = none ]; then
    for argument; do
      shift
      case $argument in --user-data-dir=*) argument=--user-data-dir=$JAIL_HOME/profile ;; esac
      set -- "$@" "$argument"
    done
    exec env -i "PATH=$PATH" "HOME=$JAIL_HOME" "TMPDIR=$JAIL_HOME" LANG=C.UTF-8 nice -n 5 "$JAIL_PROGRAM" "$@"
  fi
  # All of these execute in place: the number stays. The environment is the hub's until here and empty from here on.
  exec env -i "PATH=$PATH" "JAIL_ROOT=$JAIL_ROOT" "JAIL_SOCKET=$JAIL_SOCKET" "JAIL_PROGRAM=$JAIL_PROGRAM" \
    "JAIL_FOLDERS=$JAIL_FOLDERS" "JAIL_HIDDEN=$JAIL_HIDDEN" "JAIL_DATA=$JAIL_DATA" "JAIL_TASKS=$JAIL_TASKS" "JAIL_TMP=$JAIL_TMP" \
    nice -n 5 \
    setpriv ${JAIL_UID:+"--reuid=$JAIL_UID" "--regid=$JAIL_UID" --clear-groups "--bounding-set=-all"} --no-new-privs --inh-caps=-all -- \
    unshare --user --map-root-user --net --ipc --uts --mount --pid --fork --kill-child -- \
    /bin/sh "$0" --inside "$@"
fi
shift

step='mount a root of its own'
root=$JAIL_ROOT
show() { # a folder, to be read alone
  [ -d "$1" ] || return 0
  mkdir -p "$root$1"
  mount --rbind "$1" "$root$1"
  mount -o remount,bind,ro,nosuid,nodev "$root$1"
}
mount -t tmpfs -o mode=0755,size=1m,nosuid,nodev tmpfs "$root"
show /usr
for name in bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$name" ]; then ln -s "$(readlink "/$name")" "$root/$name"; else show "/$name"; fi
done
mkdir "$root/etc"
for name in ld.so.cache localtime; do [ ! -e "/etc/$name" ] || cp "/etc/$name" "$root/etc/$name"; done
for name in alternatives fonts; do show "/etc/$name"; done
printf '127.0.0.1 localhost\n' >"$root/etc/hosts"
printf 'hosts: files\n' >"$root/etc/nsswitch.conf"
printf 'jail:x:1000:1000::/home/jail:/bin/false\n' >"$root/etc/passwd"
printf 'jail:x:1000:\n' >"$root/etc/group"

step='mount /dev'
mkdir "$root/dev"
for name in null zero full random urandom; do
  : >"$root/dev/$name"
  mount --bind "/dev/$name" "$root/dev/$name"
done
ln -s /proc/self/fd "$root/dev/fd"

step='mount /proc'
mkdir "$root/proc"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"

step='mount places to write to'
mkdir "$root/tmp"
mount -t tmpfs -o "mode=0755,size=$JAIL_TMP,nosuid,nodev,noexec" tmpfs "$root/tmp"
mkdir -m 1777 "$root/tmp/tmp" "$root/tmp/shm"
mkdir -m 0700 "$root/tmp/jail"
mkdir -p "$root/home/jail" "$root/dev/shm"
mount --bind "$root/tmp/jail" "$root/home/jail"
mount --bind "$root/tmp/shm" "$root/dev/shm"
mount --bind "$root/tmp/tmp" "$root/tmp"

step='show the folder of the browser'
printf '%s\n' "$JAIL_FOLDERS" | while read -r folder; do [ -z "$folder" ] || show "$folder"; done

step='hand in the socket of the proxy'
mkdir -p "$root/run"
: >"$root/run/proxy"
mount --bind "$JAIL_SOCKET" "$root/run/proxy"

step='hide folders of the hub'
printf '%s\n' "$JAIL_HIDDEN" | while read -r folder; do
  [ -z "$folder" ] || [ ! -d "$root$folder" ] || mount -t tmpfs -o mode=0755,size=4k,ro tmpfs "$root$folder"
done

step='leave the root of the machine'
mkdir "$root/old"
cd "$root"
pivot_root . old
cd /
umount -l /old
rmdir /old
rm -rf /run/mount # umount's own notes; -n: the last mount makes none
mount -n -o remount,bind,ro,nosuid,nodev /
hostname jail

step='bring up the loopback'
ip link set lo up

# Playwright names a folder for the profile that is not in here.
for argument; do
  shift
  case $argument in --user-data-dir=*) argument=--user-data-dir=/home/jail/profile ;; esac
  set -- "$@" "$argument"
done

step='enter a user namespace in which it has no rights'
exec env -i "PATH=$PATH" HOME=/home/jail TMPDIR=/tmp LANG=C.UTF-8 \
  unshare --user --map-user=1000 --map-group=1000 -- \
  prlimit "--data=$JAIL_DATA:$JAIL_DATA" ${JAIL_TASKS:+"--nproc=$JAIL_TASKS:$JAIL_TASKS"} --core=0:0 -- \
  /bin/sh -euc '
    socat TCP4-LISTEN:3128,bind=127.0.0.1,reuseaddr,fork,backlog=64 UNIX-CONNECT:/run/proxy 3<&- 4<&- </dev/null >/dev/null &
    # 0C38 is 3128; state 0A is a listener.
    until grep -q ":0C38 00000000:0000 0A" /proc/net/tcp; do
      kill -0 $! 2>/dev/null || { echo "jail: failed to start socat" >&2; exit 1; }
      sleep 0.01
    done
    exec "$@"' sh "$JAIL_PROGRAM" "$@"
