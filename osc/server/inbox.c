/* The batch of datagrams. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/inbox.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH = 16, CONTROL_SIZE = 64 };

struct inbox {
	size_t longest;
	unsigned n, next; /* came; given out */
	struct mmsghdr heads[BATCH];
	struct iovec places[BATCH];
	struct sockaddr_storage names[BATCH];
	_Alignas(struct cmsghdr) uint8_t controls[BATCH][CONTROL_SIZE];
	uint8_t bytes[];
};

struct inbox *inbox_new(size_t longest)
{
	struct inbox *inbox = calloc(1, sizeof *inbox + BATCH * longest);
	if (!inbox)
		return NULL;
	inbox->longest = longest;
	for (int i = 0; i < BATCH; i++)
		inbox->places[i] = (struct iovec){ inbox->bytes + (size_t)i * longest, longest };
	return inbox;
}

void inbox_free(struct inbox *inbox)
{
	free(inbox);
}

static void fetch(struct inbox *inbox, int fd)
{
	memset(inbox->names, 0, sizeof inbox->names);
	for (int i = 0; i < BATCH; i++)
		inbox->heads[i].msg_hdr = (struct msghdr){ .msg_name = &inbox->names[i],
			.msg_namelen = sizeof inbox->names[i],
			.msg_iov = &inbox->places[i],
			.msg_iovlen = 1,
			.msg_control = inbox->controls[i],
			.msg_controllen = sizeof inbox->controls[i] };
	int n = recvmmsg(fd, inbox->heads, BATCH, MSG_DONTWAIT | MSG_TRUNC, NULL);
	inbox->n = n > 0 ? (unsigned)n : 0;
	inbox->next = 0;
}

bool inbox_take(struct inbox *inbox, int fd, struct datagram *datagram)
{
	if (inbox->next == inbox->n)
		fetch(inbox, fd);
	if (inbox->next == inbox->n)
		return false;
	unsigned i = inbox->next++;
	*datagram = (struct datagram){ &inbox->names[i], inbox->heads[i].msg_hdr.msg_namelen,
		inbox->bytes + (size_t)i * inbox->longest, inbox->heads[i].msg_len, &inbox->heads[i].msg_hdr };
	return true;
}

bool inbox_holds(const struct inbox *inbox)
{
	return inbox->next < inbox->n;
}
