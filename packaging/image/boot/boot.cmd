# The script of the boot loader (U-Boot): which of the two slots starts, and how often it was tried.
#
# U-Boot finds it by itself, as boot.scr on the bootable partition. It is the same for every board: it needs only what
# U-Boot's "distro boot" has (devtype, devnum, kernel_addr_r, ramdisk_addr_r, fdt_addr_r). Kernel, initial RAM disk,
# device tree and the kernel's command line are in the slot, so that an update replaces them with it.
#
# The counters are in the partition gatepost-env in two copies, as the board's fw_setenv has them: a CRC, a number that
# grows by one with each write, and the variables. The older copy is the one that is written: if the power is cut
# meanwhile, its CRC is wrong, and the other one holds. Numbers are hexadecimal here.

setenv names "BOOT_ORDER BOOT_A_LEFT BOOT_B_LEFT trial"
setexpr first ${kernel_addr_r} + 0
setexpr second ${kernel_addr_r} + 10000
setexpr sum ${kernel_addr_r} + 20000
setexpr turned ${kernel_addr_r} + 20010
part start ${devtype} ${devnum} gatepost-env first_at
setexpr second_at ${first_at} + 800

# The CRC of the copy at ${copy}, as it is stored: its bytes are the other way round than crc32 leaves them.
setenv work_out 'setexpr body ${copy} + 5; crc32 ${body} 1ffb ${sum}; setexpr p ${sum} + 0; setexpr.b c0 *${p}; setexpr p ${sum} + 1; setexpr.b c1 *${p}; setexpr p ${sum} + 2; setexpr.b c2 *${p}; setexpr p ${sum} + 3; setexpr.b c3 *${p}; mw.b ${turned} ${c3}; setexpr p ${turned} + 1; mw.b ${p} ${c2}; setexpr p ${turned} + 2; mw.b ${p} ${c1}; setexpr p ${turned} + 3; mw.b ${p} ${c0}'

setenv holds
setenv copy ${first}
if ${devtype} read ${first} ${first_at} 10; then
  run work_out
  if cmp.b ${turned} ${first} 4; then setenv holds first; fi
fi
setenv copy ${second}
if ${devtype} read ${second} ${second_at} 10; then
  run work_out
  if cmp.b ${turned} ${second} 4; then
    if test "${holds}" = first; then
      setexpr p ${first} + 4
      setexpr.b number *${p}
      setexpr p ${second} + 4
      setexpr.b other *${p}
      # 100 is as new; a number that has begun anew after ff is far below.
      setexpr ahead ${other} + 100
      setexpr ahead ${ahead} - ${number}
      if itest ${ahead} -lt 80; then setenv holds second; fi
      if itest ${ahead} -gt 100 && itest ${ahead} -lt 180; then setenv holds second; fi
    else
      setenv holds second
    fi
  fi
fi

setenv number ff
setenv BOOT_ORDER
setenv BOOT_A_LEFT
setenv BOOT_B_LEFT
setenv trial
if test "${holds}" = second; then
  setenv copy ${second}
  setenv older ${first}
  setenv older_at ${first_at}
else
  setenv copy ${first}
  setenv older ${second}
  setenv older_at ${second_at}
fi
if test -n "${holds}"; then
  setexpr p ${copy} + 4
  setexpr.b number *${p}
  setexpr body ${copy} + 5
  env import -b ${body} 1ffb ${names}
else
  echo "gatepost: no copy of the environment is whole"
fi
test -n "${BOOT_ORDER}" || setenv BOOT_ORDER "A B"
test -n "${BOOT_A_LEFT}" || setenv BOOT_A_LEFT 3
test -n "${BOOT_B_LEFT}" || setenv BOOT_B_LEFT 3

# The first slot with a start left, of which this takes one.
setenv slot
for s in ${BOOT_ORDER}; do
  if test -n "${slot}"; then
    true
  elif test ${s} = A; then
    if itest ${BOOT_A_LEFT} -gt 0; then
      setexpr BOOT_A_LEFT ${BOOT_A_LEFT} - 1
      setenv slot A
    fi
  elif test ${s} = B; then
    if itest ${BOOT_B_LEFT} -gt 0; then
      setexpr BOOT_B_LEFT ${BOOT_B_LEFT} - 1
      setenv slot B
    fi
  fi
done
if test -n "${slot}"; then
  # Those before it have fallen, and stay so until RAUC writes them anew.
  setenv first_slot
  for s in ${BOOT_ORDER}; do
    test -n "${first_slot}" || setenv first_slot ${s}
  done
  test ${slot} = ${first_slot} || setenv BOOT_ORDER ${slot}
  mw.b ${older} 0 2000
  setexpr body ${older} + 5
  env export -b -s 1ffb ${body} ${names}
  if itest ${number} -eq ff; then setenv number 0; else setexpr number ${number} + 1; fi
  setexpr p ${older} + 4
  mw.b ${p} ${number}
  setenv copy ${older}
  run work_out
  cp.b ${turned} ${older} 4
  ${devtype} write ${older} ${older_at} 10
fi
echo "gatepost: slot ${slot}, order ${BOOT_ORDER}, left A ${BOOT_A_LEFT} B ${BOOT_B_LEFT}, trial ${trial}"

# No start left anywhere: the first in the order again, since a checkpoint is never given up. A slot without a kernel
# makes room for the next one.
for s in ${slot} ${BOOT_ORDER} A B; do
  setenv label gatepost-a
  test ${s} = A || setenv label gatepost-b
  setenv words
  setenv fdt
  if part number ${devtype} ${devnum} ${label} from; then
    if load ${devtype} ${devnum}:${from} ${kernel_addr_r} /boot/words; then
      env import -t ${kernel_addr_r} ${filesize} words
    fi
    if test -n "${fdtfile}" && load ${devtype} ${devnum}:${from} ${fdt_addr_r} /boot/dtb/${fdtfile}; then
      setenv fdt ${fdt_addr_r}
    elif test -n "${fdt_addr}"; then
      setenv fdt ${fdt_addr}
    else
      setenv fdt ${fdtcontroladdr}
    fi
    setenv bootargs "root=PARTLABEL=${label} rauc.slot=${s} ${words}"
    if load ${devtype} ${devnum}:${from} ${kernel_addr_r} /boot/vmlinuz; then
      if load ${devtype} ${devnum}:${from} ${ramdisk_addr_r} /boot/initrd.img; then
        @BOOT@ ${kernel_addr_r} ${ramdisk_addr_r}:${filesize} ${fdt}
      fi
    fi
  fi
  echo "gatepost: slot ${s} does not start"
done
sleep 5
reset
