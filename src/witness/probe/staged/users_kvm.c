// SPDX-License-Identifier: MIT
/* A virtual machine whose memory is the mapping: no page is held between two faults of the guest. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "users.h"

/* The machine's addresses: its code, and the mapping, where a segment can reach it in real mode. */
#define CODE_AT 0x1000
#define PAGES_AT 0x10000

/* "rep stosb; hlt": CX bytes of AL to ES:DI. "mov es:[di], al" the other way round: one byte to AL; hlt. */
static const unsigned char store_code[] = { 0xf3, 0xaa, 0xf4 };
static const unsigned char load_code[] = { 0x26, 0x8a, 0x05, 0xf4 };

struct machine {
	int vm, cpu;
	char *code;
	struct kvm_run *run;
};

static bool add_memory(int vm, unsigned int slot, unsigned long at, void *memory, unsigned long bytes)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot, .guest_phys_addr = at, .memory_size = bytes, .userspace_addr = (uintptr_t)memory,
	};

	return ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region) == 0;
}

static struct machine new_machine(struct use *use, char *memory)
{
	struct machine machine = { 0 };
	int kvm = open("/dev/kvm", O_RDWR);

	if (kvm < 0)
		user_missing(use, "KVM in the guest (no nested virtualization)");
	machine.vm = ioctl(kvm, KVM_CREATE_VM, 0);
	machine.code = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (machine.vm < 0 || !add_memory(machine.vm, 0, CODE_AT, machine.code, PAGE) ||
	    !add_memory(machine.vm, 1, PAGES_AT, memory, USER_BYTES))
		user_refused(use, errno);
	machine.cpu = ioctl(machine.vm, KVM_CREATE_VCPU, 0);
	machine.run = mmap(NULL, (size_t)ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), PROT_READ | PROT_WRITE, MAP_SHARED,
			   machine.cpu, 0);
	if (machine.cpu < 0 || machine.run == MAP_FAILED)
		user_missing(use, "a processor of KVM");
	return machine;
}

/* Runs one of the codes on page @page. Returns AL, or -1 with errno. */
static int run_code(struct machine *machine, const unsigned char *code, size_t bytes, unsigned int page, int byte)
{
	struct kvm_regs registers = {
		.rip = CODE_AT, .rflags = 2, .rax = (unsigned int)byte, .rcx = PAGE, .rdi = page * PAGE,
	};
	struct kvm_sregs segments;

	memcpy(machine->code, code, bytes);
	if (ioctl(machine->cpu, KVM_GET_SREGS, &segments))
		return -1;
	segments.cs.base = segments.cs.selector = 0;
	segments.es.base = PAGES_AT;
	segments.es.selector = PAGES_AT >> 4;
	if (ioctl(machine->cpu, KVM_SET_SREGS, &segments) || ioctl(machine->cpu, KVM_SET_REGS, &registers) ||
	    ioctl(machine->cpu, KVM_RUN, 0))
		return -1;
	errno = EIO;
	if (machine->run->exit_reason != KVM_EXIT_HLT || ioctl(machine->cpu, KVM_GET_REGS, &registers))
		return -1;
	return (int)(registers.rax & 0xff);
}

void live_kvm(struct use *use, char *memory)
{
	struct machine machine = new_machine(use, memory);
	char seen[PAGE];
	int byte;

	for (unsigned int i = 0; i < DEVICE_PAGES; i++) {
		if (run_code(&machine, store_code, sizeof(store_code), i, WRITER_DEVICE + DEVICE_FIRST + (int)i) < 0)
			user_refused(use, errno);
	}
	user_holds(use);
	user_waits(use);
	/* What the virtual machine reads in page 4 after the operation. */
	byte = run_code(&machine, load_code, sizeof(load_code), 0, 0);
	user_result(use, "load by the virtual machine", byte < 0 ? -1 : 1, errno);
	if (byte >= 0) {
		memset(seen, byte, PAGE);
		user_has(use, seen, PAGE);
	}
}
