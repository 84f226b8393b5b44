/* Owns the file descriptors: liblo's own sockets bind to every interface and are not used. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/socket.h"

#include "osc/server/inbox.h"
#include "osc/server/outbox.h"
#include "osc/server/proof.h"
#include "osc/wire/allow.h"
#include "osc/wire/endpoint.h"
#include "osc/wire/packet.h"
#include "rack/base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	UDP_BUFFER = 4 << 20,
	LOCAL_BUFFER = 1 << 20,
	RETRY_MS = 2,
	RECEIVE_TRIES = 64,
	UDP_IN_A_ROW = 8,
	COOKIE_SIZE = 24
};

struct sockets {
	int udp, local; /* -1: none */
	struct sockaddr_un local_name;
	dev_t local_device; /* of the file that we made, to remove no other */
	ino_t local_inode;
	struct allow allow;
	struct outbox outbox;
	struct proof proof;
	struct {
		struct peer peer;
		size_t bytes;  /* that it may still be sent */
		bool withheld; /* something would have been more */
	} guest;               /* the unproven sender of the last datagram */
	struct inbox *inbox;   /* of udp */
	int udp_in_a_row;
	uint64_t dropped;
};

/* ---- UDP */

static enum status bind_udp(struct sockets *s, const char *address, const struct sockaddr_storage *name, socklen_t size,
	struct reason *reason)
{
	int buffer = UDP_BUFFER, off = 0, on = 1;
	s->udp = socket(name->ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->udp < 0)
		return reason_set(reason, STATUS_IO, "no UDP socket: %s", strerror(errno));
	setsockopt(s->udp, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
	if (name->ss_family == AF_INET6) { /* "::" answers IPv4 too, whatever the system's default is */
		setsockopt(s->udp, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
		setsockopt(s->udp, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
	}
	setsockopt(s->udp, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
	if (bind(s->udp, (const struct sockaddr *)name, size) == 0)
		return STATUS_OK;
	int port = ntohs(((const struct sockaddr_in *)name)->sin_port); /* at the same place for IPv6 */
	if (errno == EADDRINUSE)
		return reason_set(reason, STATUS_UNAVAILABLE,
			"UDP port %d is taken by another program (--osc PORT for another, 0 for none)", port);
	return reason_set(
		reason, STATUS_UNAVAILABLE, "cannot bind UDP port %d of %s: %s", port, address, strerror(errno));
}

static enum status open_udp(struct sockets *s, const char *address, int port, const char *allow, struct reason *reason)
{
	struct sockaddr_storage name;
	socklen_t size;
	enum status status = allow_parse(&s->allow, allow, reason);
	if (status != STATUS_OK || port == 0)
		return status;
	if (port < 0 || port > 65535)
		return reason_set(reason, STATUS_BAD_VALUE, "--osc: %d is no port", port);
	if (!endpoint_parse(address, port, &name, &size))
		return reason_set(reason, STATUS_BAD_VALUE, "--osc-bind: '%.60s' is not an IP address", address);
	if (!allow_is_loopback((struct sockaddr *)&name) && s->allow.n == 0)
		return reason_set(reason, STATUS_BAD_VALUE,
			"--osc-bind %.60s can be reached from other machines: say with --osc-allow which may talk to "
			"the rack",
			address);
	return bind_udp(s, address, &name, size, reason);
}

/* ---- The local socket */

/* A socket file that nobody reads from any more is removed. */
static enum status clear_stale(const struct sockaddr_un *name, struct reason *reason)
{
	struct stat file;
	if (lstat(name->sun_path, &file) < 0)
		return STATUS_OK;
	if (!S_ISSOCK(file.st_mode))
		return reason_set(reason, STATUS_UNAVAILABLE, "%.200s is in the way: no socket", name->sun_path);
	int probe = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool alive = probe >= 0 && connect(probe, (const struct sockaddr *)name, sizeof *name) == 0;
	if (probe >= 0)
		close(probe);
	if (alive)
		return reason_set(reason, STATUS_UNAVAILABLE, "%.180s belongs to a rack that runs (--name for another)",
			name->sun_path);
	unlink(name->sun_path);
	return STATUS_OK;
}

static enum status open_local(struct sockets *s, const char *path, struct reason *reason)
{
	struct stat file;
	s->local_name.sun_family = AF_UNIX;
	if (strlen(path) >= sizeof s->local_name.sun_path)
		return reason_set(reason, STATUS_UNAVAILABLE, "%.180s is too long a path for a socket", path);
	memcpy(s->local_name.sun_path, path, strlen(path) + 1);
	enum status status = clear_stale(&s->local_name, reason);
	if (status != STATUS_OK)
		return status;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* The mode of the socket before bind is that of the file after it: at no time may others connect. */
	if (fd < 0 || fchmod(fd, 0600) < 0 || bind(fd, (struct sockaddr *)&s->local_name, sizeof s->local_name) < 0 ||
		stat(path, &file) < 0) {
		status = reason_set(
			reason, STATUS_UNAVAILABLE, "cannot make the socket %.180s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return status;
	}
	/* Each client that has stopped reading holds some of it. */
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &(int){ LOCAL_BUFFER }, sizeof(int));
	s->local = fd;
	s->local_device = file.st_dev;
	s->local_inode = file.st_ino;
	return STATUS_OK;
}

static void close_local(struct sockets *s)
{
	struct stat file;
	close(s->local);
	if (stat(s->local_name.sun_path, &file) == 0 && file.st_dev == s->local_device && file.st_ino == s->local_inode)
		unlink(s->local_name.sun_path);
}

/* ---- Both */

enum status sockets_new(struct sockets **result, const char *local_path, const char *address, int port,
	const char *allow, struct reason *reason)
{
	struct sockets *s = calloc(1, sizeof *s);
	if (!s)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory");
	s->udp = s->local = -1;
	s->inbox = inbox_new(PACKET_SIZE_MAX);
	if (!s->inbox) {
		free(s);
		return reason_set(reason, STATUS_NO_MEMORY, "no memory");
	}
	if (!proof_init(&s->proof)) {
		sockets_free(s);
		return reason_set(reason, STATUS_IO, "no random numbers: %s", strerror(errno));
	}
	enum status status = open_udp(s, address ? address : "127.0.0.1", port, allow, reason);
	if (status == STATUS_OK && local_path)
		status = open_local(s, local_path, reason);
	if (status != STATUS_OK) {
		sockets_free(s);
		return status;
	}
	*result = s;
	return STATUS_OK;
}

void sockets_free(struct sockets *s)
{
	if (!s)
		return;
	outbox_clear(&s->outbox);
	inbox_free(s->inbox);
	if (s->udp >= 0)
		close(s->udp);
	if (s->local >= 0)
		close_local(s);
	free(s);
}

int sockets_fds(const struct sockets *s, struct pollfd *fds)
{
	int n = 0;
	if (s->udp >= 0)
		fds[n++] = (struct pollfd){ .fd = s->udp, .events = POLLIN };
	if (s->local >= 0)
		fds[n++] = (struct pollfd){ .fd = s->local, .events = POLLIN };
	return n;
}

/* On this machine: nobody's address is forged, and no network flooded. */
static bool is_near(const struct peer *peer)
{
	return peer->local || allow_is_loopback((const struct sockaddr *)&peer->name);
}

/* Bytes, 0: none (or an empty one), or more than size: cut off. */
static size_t receive(struct sockets *s, struct peer *from, uint8_t *bytes, size_t size, bool *came)
{
	from->size = sizeof from->name;
	memset(&from->name, 0, sizeof from->name);
	if (from->local) {
		ssize_t n = s->local < 0 ? -1
					 : recvfrom(s->local, bytes, size, MSG_TRUNC, (struct sockaddr *)&from->name,
						   &from->size);
		*came = n >= 0;
		return n > 0 ? (size_t)n : 0;
	}
	struct letter letter;
	*came = s->udp >= 0 && inbox_take(s->inbox, s->udp, &letter);
	if (!*came)
		return 0;
	from->name = *letter.name;
	from->size = letter.name_size;
	memcpy(bytes, letter.bytes, letter.size < size ? letter.size : size);
	return letter.size;
}

/* Everything sent until the next datagram comes is held against this one. */
static void greet(struct sockets *s, const struct peer *from, size_t size)
{
	s->guest.peer = *from;
	s->guest.bytes = size;
	s->guest.withheld = false;
	if (!is_near(from))
		proof_renew(&s->proof, from, clock_now_us());
}

size_t sockets_receive(struct sockets *s, struct peer *from, uint8_t *bytes, size_t size)
{
	/* In turn, so that a flood on one does not shut the other out; most of the time the local one has nothing, and
	 * asking it costs. */
	for (int i = 0, empty = 0; i < RECEIVE_TRIES && empty < 2; i++) {
		bool came;
		from->local = s->udp_in_a_row == UDP_IN_A_ROW;
		size_t n = receive(s, from, bytes, size, &came);
		s->udp_in_a_row = from->local ? 0 : came ? s->udp_in_a_row + 1 : UDP_IN_A_ROW;
		empty = came ? 0 : empty + 1;
		if (!came)
			continue;
		if (n > 0 && n <= size && (from->local || allow_has(&s->allow, (struct sockaddr *)&from->name))) {
			greet(s, from, n);
			return n;
		}
		s->dropped++;
	}
	return 0;
}

bool sockets_hold(const struct sockets *s)
{
	return inbox_holds(s->inbox);
}

static bool would_block(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS;
}

/* False: try later. Other failures (a receiver that is gone) count as sent. */
static bool send_now(void *user, const struct peer *to, const uint8_t *bytes, size_t size)
{
	struct sockets *s = user;
	int fd = to->local ? s->local : s->udp;
	ssize_t n = -1;
	errno = ECONNREFUSED;
	/* A refusal may be about an earlier datagram, to whomever (UDP): once more. */
	for (int i = 0; i < (to->local ? 1 : 2) && n < 0 && errno == ECONNREFUSED; i++)
		n = sendto(fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT, (const struct sockaddr *)&to->name, to->size);
	if (n < 0 && would_block(errno))
		return false;
	s->dropped += n < 0;
	return true;
}

/* Whether it may be sent so much; then it counts as sent. */
static bool may_send(struct sockets *s, const struct peer *to, size_t size)
{
	int64_t now_us = clock_now_us();
	if (is_near(to))
		return true;
	if (proof_holds(&s->proof, to, now_us))
		return proof_spend(&s->proof, to, size, now_us);
	if (!peer_equal(to, &s->guest.peer))
		return false;
	s->guest.withheld |= size > s->guest.bytes;
	if (size > s->guest.bytes)
		return false;
	s->guest.bytes -= size;
	return true;
}

void sockets_send(struct sockets *s, const struct peer *to, const uint8_t *bytes, size_t size)
{
	/* A local client that has not bound its socket has no name to answer to. */
	if (to->size <= offsetof(struct sockaddr, sa_data))
		return;
	if (!may_send(s, to, size))
		s->dropped++;
	else if (outbox_has(&s->outbox, to) || !send_now(s, to, bytes, size))
		outbox_put(&s->outbox, to, bytes, size, clock_now_us());
}

bool sockets_busy(const struct sockets *s, const struct peer *peer)
{
	return outbox_has(&s->outbox, peer) || (!is_near(peer) && !proof_may_stream(&s->proof, peer, clock_now_us()));
}

/* ---- Peers beyond this machine */

bool sockets_trust(const struct sockets *s, const struct peer *peer)
{
	return is_near(peer) || proof_holds(&s->proof, peer, clock_now_us());
}

bool sockets_prove(struct sockets *s, const struct peer *peer, const char *nonce)
{
	return proof_take(&s->proof, peer, nonce, clock_now_us());
}

void sockets_withhold(struct sockets *s)
{
	s->guest.withheld = true;
}

bool sockets_withheld(struct sockets *s, const struct peer *peer, char *nonce)
{
	bool withheld = s->guest.withheld && s->guest.bytes >= COOKIE_SIZE;
	s->guest.withheld = false;
	return withheld && proof_ask(&s->proof, peer, nonce, clock_now_us());
}

static bool is_group(const struct sockaddr *name)
{
	const struct in6_addr *ipv6 = &((const struct sockaddr_in6 *)name)->sin6_addr;
	struct in_addr ipv4 = ((const struct sockaddr_in *)name)->sin_addr;
	if (name->sa_family == AF_INET6 && !IN6_IS_ADDR_V4MAPPED(ipv6))
		return IN6_IS_ADDR_MULTICAST(ipv6) || IN6_IS_ADDR_UNSPECIFIED(ipv6);
	if (name->sa_family == AF_INET6)
		memcpy(&ipv4, ipv6->s6_addr + 12, sizeof ipv4);
	return IN_MULTICAST(ntohl(ipv4.s_addr)) || ipv4.s_addr == INADDR_BROADCAST || ipv4.s_addr == INADDR_ANY;
}

static uint16_t port_of(const struct sockaddr_storage *name)
{
	return ((const struct sockaddr_in *)name)->sin_port; /* at the same place for IPv6 */
}

enum status sockets_list(
	struct sockets *s, const char *host, const char *port, struct peer *peer, struct reason *reason)
{
	struct sockaddr_storage own;
	socklen_t size = sizeof own;
	memset(peer, 0, sizeof *peer);
	if (s->udp < 0 || getsockname(s->udp, (struct sockaddr *)&own, &size) < 0)
		return reason_set(reason, STATUS_BAD_VALUE, "--osc-surface: there is no UDP port (--osc 0)");
	const char *fault = endpoint_find(host, port, own.ss_family, &peer->name, &peer->size);
	const struct sockaddr *name = (const struct sockaddr *)&peer->name;
	if (fault)
		return reason_set(reason, STATUS_BAD_VALUE, "--osc-surface: %.60s: %s", host, fault);
	if (is_group(name))
		return reason_set(reason, STATUS_BAD_VALUE, "--osc-surface: %.60s is not one machine's address", host);
	if (!allow_is_loopback(name) && allow_is_loopback((struct sockaddr *)&own))
		return reason_set(reason, STATUS_BAD_VALUE,
			"--osc-surface: %.60s is not reached from loopback (--osc-bind)", host);
	if (!allow_has(&s->allow, name))
		return reason_set(reason, STATUS_BAD_VALUE, "--osc-surface: --osc-allow does not let %.60s in", host);
	if (port_of(&own) == port_of(&peer->name) &&
		(is_near(peer) || (size == peer->size && memcmp(&own, name, size) == 0)))
		return reason_set(
			reason, STATUS_BAD_VALUE, "--osc-surface: %.60s is where this rack listens itself", host);
	if (!is_near(peer))
		proof_list(&s->proof, peer, clock_now_us());
	return STATUS_OK;
}

bool sockets_refused(struct sockets *s, struct peer *peer)
{
	union {
		struct cmsghdr head;
		uint8_t bytes[512];
	} control;
	if (s->udp < 0)
		return false;
	for (;;) {
		struct msghdr message = { .msg_name = &peer->name,
			.msg_namelen = sizeof peer->name,
			.msg_control = &control,
			.msg_controllen = sizeof control };
		memset(&peer->name, 0, sizeof peer->name);
		if (recvmsg(s->udp, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			return false;
		peer->local = false;
		peer->size = message.msg_namelen;
		const struct cmsghdr *head = CMSG_FIRSTHDR(&message);
		if (head && ((const struct sock_extended_err *)CMSG_DATA(head))->ee_errno == ECONNREFUSED) {
			proof_forget(&s->proof, peer);
			return true;
		}
	}
}

int sockets_flush(struct sockets *s, int64_t now_us)
{
	return outbox_flush(&s->outbox, send_now, s, now_us) ? RETRY_MS : -1;
}

uint64_t sockets_dropped(const struct sockets *s)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t size = sizeof info;
	if (s->udp >= 0)
		getsockopt(s->udp, SOL_SOCKET, SO_MEMINFO, info, &size);
	return s->dropped + s->outbox.dropped + info[SK_MEMINFO_DROPS];
}
