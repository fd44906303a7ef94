// SPDX-License-Identifier: MIT
/* Devices of the network, in software: a socket of AF_XDP and a memory region of RDMA. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_xdp.h>
#include <linux/netlink.h>
#include <rdma/ib_user_ioctl_verbs.h>
#include <rdma/ib_user_verbs.h>
#include <rdma/rdma_netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "users.h"

#ifndef SOL_XDP
#define SOL_XDP 283
#endif

void live_af_xdp(struct use *use, char *memory)
{
	struct xdp_umem_reg region = { .addr = (uintptr_t)memory, .len = USER_BYTES, .chunk_size = PAGE };
	int fd = socket(AF_XDP, SOCK_RAW, 0);

	if (fd < 0)
		user_missing(use, "AF_XDP");
	if (setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &region, sizeof(region)))
		user_refused(use, errno);
	user_holds(use);
	user_waits(use);
	close(fd);
}

static size_t put_text(char *at, unsigned short type, const char *text)
{
	struct nlattr attribute = { .nla_type = type, .nla_len = (unsigned short)(NLA_HDRLEN + strlen(text) + 1) };

	memcpy(at, &attribute, sizeof(attribute));
	strcpy(at + NLA_HDRLEN, text);
	return NLA_ALIGN(attribute.nla_len);
}

/* What "rdma link add soft0 type rxe netdev dummy0" says to the kernel. */
static void add_software_device(void)
{
	struct {
		struct nlmsghdr head;
		char attributes[128];
	} message = { .head = {
		.nlmsg_type = RDMA_NL_GET_TYPE(RDMA_NL_NLDEV, RDMA_NLDEV_CMD_NEWLINK),
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
	} };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_RDMA);
	size_t used = 0;

	used += put_text(message.attributes + used, RDMA_NLDEV_ATTR_DEV_NAME, "soft0");
	used += put_text(message.attributes + used, RDMA_NLDEV_ATTR_LINK_TYPE, "rxe");
	used += put_text(message.attributes + used, RDMA_NLDEV_ATTR_NDEV_NAME, "dummy0");
	message.head.nlmsg_len = (unsigned int)(NLMSG_HDRLEN + used);
	(void)!send(fd, &message, message.head.nlmsg_len, 0);
	(void)!recv(fd, &message, sizeof(message), 0);
	close(fd);
}

/* One command of the verbs' older interface: a head, a structure in, a structure out. */
static bool verb(int fd, unsigned int command, void *in, size_t in_bytes, size_t out_bytes)
{
	char message[128];
	struct ib_uverbs_cmd_hdr head = {
		.command = command,
		.in_words = (unsigned short)((sizeof(head) + in_bytes) / 4),
		.out_words = (unsigned short)(out_bytes / 4),
	};

	memcpy(message, &head, sizeof(head));
	memcpy(message + sizeof(head), in, in_bytes);
	return write(fd, message, sizeof(head) + in_bytes) == (ssize_t)(sizeof(head) + in_bytes);
}

static int open_verbs(struct use *use)
{
	int fd = open("/dev/infiniband/uverbs0", O_RDWR);

	if (fd < 0) {
		add_software_device();
		fd = open("/dev/infiniband/uverbs0", O_RDWR);
	}
	if (fd < 0)
		user_missing(use, "software RDMA (rdma_rxe, ib_uverbs)");
	return fd;
}

void live_rdma_mr(struct use *use, char *memory)
{
	struct ib_uverbs_get_context_resp opened;
	struct ib_uverbs_get_context open_it = { .response = (uintptr_t)&opened };
	struct ib_uverbs_alloc_pd_resp domain;
	struct ib_uverbs_alloc_pd new_domain = { .response = (uintptr_t)&domain };
	struct ib_uverbs_reg_mr_resp region;
	struct ib_uverbs_reg_mr new_region = {
		.response = (uintptr_t)&region,
		.start = (uintptr_t)memory,
		.length = USER_BYTES,
		.hca_va = (uintptr_t)memory,
		.access_flags = IB_UVERBS_ACCESS_LOCAL_WRITE | IB_UVERBS_ACCESS_REMOTE_WRITE,
	};
	int fd = open_verbs(use);

	if (!verb(fd, IB_USER_VERBS_CMD_GET_CONTEXT, &open_it, sizeof(open_it), sizeof(opened)) ||
	    !verb(fd, IB_USER_VERBS_CMD_ALLOC_PD, &new_domain, sizeof(new_domain), sizeof(domain)))
		user_missing(use, "a protection domain of software RDMA");
	new_region.pd_handle = domain.pd_handle;
	if (!verb(fd, IB_USER_VERBS_CMD_REG_MR, &new_region, sizeof(new_region), sizeof(region)))
		user_refused(use, errno);
	user_holds(use);
	user_waits(use);
	/* Deregisters, as the exit of the process would. */
	close(fd);
}
