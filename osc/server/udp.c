/* Binds a UDP socket, reads and writes datagrams with the address of this machine that they are for. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/udp.h"

#include "osc/server/inbox.h"
#include "osc/wire/packet.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { UDP_BUFFER = 4 << 20 };

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

static bool is_any(const struct sockaddr_storage *name)
{
	if (name->ss_family == AF_INET6)
		return IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)name)->sin6_addr);
	return ((const struct sockaddr_in *)name)->sin_addr.s_addr == INADDR_ANY;
}

static void set_options(int fd, const struct sockaddr_storage *name)
{
	int buffer = UDP_BUFFER, off = 0, on = 1;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
	setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
	if (name->ss_family == AF_INET6) { /* "::" answers IPv4 too, whatever the system's default is */
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
	}
	if (!is_any(name))
		return;
	setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
	if (name->ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
}

static enum status cannot_bind(const struct sockaddr_storage *name, const char *address, struct reason *reason)
{
	int port = ntohs(((const struct sockaddr_in *)name)->sin_port); /* at the same place for IPv6 */
	if (errno == EADDRINUSE)
		return reason_set(reason, STATUS_UNAVAILABLE,
			"UDP port %d is taken by another program (--osc PORT for another, 0 for none)", port);
	return reason_set(
		reason, STATUS_UNAVAILABLE, "cannot bind UDP port %d of %s: %s", port, address, strerror(errno));
}

enum status udp_open(struct udp *udp, const struct sockaddr_storage *name, socklen_t size, const char *address,
	struct reason *reason)
{
	*udp = (struct udp){ .fd = -1, .name = *name, .size = size };
	udp->inbox = inbox_new(PACKET_SIZE_MAX);
	if (!udp->inbox)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory");
	enum status status = STATUS_OK;
	udp->fd = socket(name->ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (udp->fd < 0)
		status = reason_set(reason, STATUS_IO, "no UDP socket: %s", strerror(errno));
	else
		set_options(udp->fd, name);
	if (status == STATUS_OK && bind(udp->fd, (const struct sockaddr *)name, size) < 0)
		status = cannot_bind(name, address, reason);
	if (status != STATUS_OK)
		udp_close(udp);
	return status;
}

void udp_close(struct udp *udp)
{
	inbox_free(udp->inbox);
	if (udp->fd >= 0)
		close(udp->fd);
	*udp = (struct udp){ .fd = -1 };
}

/* ---- Datagrams */

/* Which address of this machine the datagram was sent to, where the socket tells. */
static void read_aim(struct msghdr *head, struct peer *from)
{
	from->aimed = false;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(head); c; c = CMSG_NXTHDR(head, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;
			memcpy(&info, CMSG_DATA(c), sizeof info);
			memcpy(from->at, mapped, sizeof mapped);
			memcpy(from->at + sizeof mapped, &info.ipi_spec_dst, 4);
			from->aimed = true;
		} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;
			memcpy(&info, CMSG_DATA(c), sizeof info);
			memcpy(from->at, &info.ipi6_addr, 16);
			from->aimed = true;
			return; /* of IPv4 on an IPv6 socket both are told */
		}
	}
}

size_t udp_receive(struct udp *udp, struct peer *from, uint8_t *bytes, size_t size, bool *came)
{
	struct datagram datagram;
	*came = udp->fd >= 0 && inbox_take(udp->inbox, udp->fd, &datagram);
	if (!*came)
		return 0;
	*from = (struct peer){ .name = *datagram.name, .size = datagram.name_size };
	if (datagram.head->msg_controllen)
		read_aim(datagram.head, from);
	memcpy(bytes, datagram.bytes, datagram.size < size ? datagram.size : size);
	return datagram.size;
}

bool udp_holds(const struct udp *udp)
{
	return udp->fd >= 0 && inbox_holds(udp->inbox);
}

static size_t write_aim(const struct udp *udp, const struct peer *to, struct cmsghdr *c)
{
	if (udp->name.ss_family == AF_INET) {
		struct in_pktinfo info = { 0 };
		memcpy(&info.ipi_spec_dst, to->at + sizeof mapped, 4);
		*c = (struct cmsghdr){ CMSG_LEN(sizeof info), IPPROTO_IP, IP_PKTINFO };
		memcpy(CMSG_DATA(c), &info, sizeof info);
		return CMSG_SPACE(sizeof info);
	}
	struct in6_pktinfo info = { 0 };
	memcpy(&info.ipi6_addr, to->at, 16);
	*c = (struct cmsghdr){ CMSG_LEN(sizeof info), IPPROTO_IPV6, IPV6_PKTINFO };
	memcpy(CMSG_DATA(c), &info, sizeof info);
	return CMSG_SPACE(sizeof info);
}

static ssize_t send_aimed(const struct udp *udp, const struct peer *to, const uint8_t *bytes, size_t size)
{
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(struct in6_pktinfo))] = { 0 };
	struct sockaddr_storage name = to->name;
	struct iovec place = { (void *)(uintptr_t)bytes, size };
	struct msghdr head = { .msg_name = &name, .msg_namelen = to->size, .msg_iov = &place, .msg_iovlen = 1 };
	head.msg_control = control;
	head.msg_controllen = write_aim(udp, to, (struct cmsghdr *)(void *)control);
	return sendmsg(udp->fd, &head, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static ssize_t send_once(const struct udp *udp, const struct peer *to, const uint8_t *bytes, size_t size)
{
	if (to->aimed)
		return send_aimed(udp, to, bytes, size);
	return sendto(udp->fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT, (const struct sockaddr *)&to->name, to->size);
}

ssize_t udp_send(const struct udp *udp, const struct peer *to, const uint8_t *bytes, size_t size)
{
	ssize_t n = send_once(udp, to, bytes, size);
	/* A refusal may be about an earlier datagram, to whomever: once more. */
	return n < 0 && errno == ECONNREFUSED ? send_once(udp, to, bytes, size) : n;
}

bool udp_refused(const struct udp *udp, struct peer *peer)
{
	_Alignas(struct cmsghdr) uint8_t control[512];
	while (udp->fd >= 0) {
		*peer = (struct peer){ .size = sizeof peer->name };
		struct msghdr message = { .msg_name = &peer->name,
			.msg_namelen = sizeof peer->name,
			.msg_control = control,
			.msg_controllen = sizeof control };
		if (recvmsg(udp->fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			return false;
		peer->size = message.msg_namelen;
		for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
			struct sock_extended_err error;
			bool told = (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
				    (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR);
			if (!told)
				continue;
			memcpy(&error, CMSG_DATA(c), sizeof error);
			if (error.ee_errno == ECONNREFUSED)
				return true;
		}
	}
	return false;
}

uint64_t udp_dropped(const struct udp *udp)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t size = sizeof info;
	if (udp->fd >= 0)
		getsockopt(udp->fd, SOL_SOCKET, SO_MEMINFO, info, &size);
	return info[SK_MEMINFO_DROPS];
}
