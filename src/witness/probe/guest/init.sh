#!/bin/busybox sh
# The first program of the guest: filesystems on two NVDIMMs and two RAM disks, the probe module, the program
# that the plan names, and off. What it says goes to the console; results have a serial line of their own.
B=/bin/busybox

step() {
    echo "guest: $*"
    "$@" && return
    echo "guest: FAILED: $*"
    $B poweroff -f
}

# device kind mount options
filesystem() {
    device=$1 kind=$2 at=$3 options=$4
    case $kind in
    # Nothing may go on in the background while cells run.
    ext4) step mkfs.ext4 -q -b 4096 -E lazy_itable_init=0,lazy_journal_init=0 "$device" ;;
    xfs) step mkfs.xfs -q -f "$device" ;;
    esac
    step $B mkdir -p "$at"
    step $B mount -t "$kind" -o "$options" "$device" "$at"
}

$B mkdir -p /proc /sys /tmp /run /etc
$B mount -t devtmpfs dev /dev
$B mount -t proc proc /proc
$B mount -t sysfs sys /sys
$B ln -sf /proc/mounts /etc/mtab

while read -r module; do
    step $B insmod $module
done </modules/order
# A program that misses one of these says so.
while read -r module; do
    $B insmod $module || echo "guest: no $module"
done </modules/more

step ndctl create-namespace -f -e namespace0.0 -m fsdax -M mem >/dev/null
step ndctl create-namespace -f -e namespace1.0 -m fsdax -M mem >/dev/null

filesystem /dev/pmem0 ext4 /mnt/ext4_dax dax=always
filesystem /dev/pmem1 xfs /mnt/xfs_dax dax=always
filesystem /dev/ram0 ext4 /mnt/ext4 defaults
filesystem /dev/ram1 xfs /mnt/xfs defaults

# Pages are cleaned when a cell asks for it, not when a timer does.
echo 0 >/proc/sys/vm/dirty_writeback_centisecs

step $B insmod /probe/gup_probe.ko
echo "guest: $($B cat /plan)"
/probe/$($B cat /plan) >/dev/ttyS1
echo "guest: ended with $?"
$B poweroff -f
