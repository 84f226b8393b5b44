/* Decides which peers are read from and sent to, and holds back what has no room. liblo's own sockets are not used,
 * because they bind to every interface. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/socket.h"

#include "osc/server/local.h"
#include "osc/server/outbox.h"
#include "osc/server/proof.h"
#include "osc/server/udp.h"
#include "osc/wire/allow.h"
#include "osc/wire/endpoint.h"
#include "rack/base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RETRY_MS = 2, RECEIVE_TRIES = 64, IN_A_ROW = 16, COOKIE_SIZE = 24, N_UDP = 2, LOCAL_TURN = N_UDP, N_TURNS };

struct sockets {
	struct udp udp[N_UDP]; /* the second is that of ::1 beside 127.0.0.1 */
	struct local local;
	struct allow allow;
	struct outbox outbox;
	struct proof proof;
	struct {
		struct peer peer;
		size_t bytes;  /* that it may still be sent */
		bool withheld; /* something would have been more */
	} sender;              /* of the last datagram, as far as it has given no proof */
	int turn, in_a_row;    /* whose datagram is read next; how many of its were read */
	uint64_t dropped;
};

/* ---- Start and end */

/* "localhost" is ::1 to some programs: the server listens there, too, where this machine has it. */
static enum status open_ipv6_loopback(struct sockets *s, int port, struct reason *reason)
{
	struct sockaddr_storage name;
	socklen_t size;
	if (!endpoint_parse("::1", port, &name, &size))
		return STATUS_OK;
	enum status status = udp_open(&s->udp[1], &name, size, "::1", reason);
	return status != STATUS_OK && errno != EADDRINUSE ? STATUS_OK : status;
}

static enum status open_udp(struct sockets *s, const char *address, int port, const char *allow, struct reason *reason)
{
	struct sockaddr_storage name;
	socklen_t size;
	bool both = !address || strcmp(address, "localhost") == 0;
	address = address ? address : "127.0.0.1";
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
	status = udp_open(&s->udp[0], &name, size, address, reason);
	return status == STATUS_OK && both ? open_ipv6_loopback(s, port, reason) : status;
}

enum status sockets_new(struct sockets **result, const char *local_path, const char *address, int port,
	const char *allow, struct reason *reason)
{
	struct sockets *s = calloc(1, sizeof *s);
	if (!s)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory");
	s->udp[0].fd = s->udp[1].fd = s->local.fd = -1;
	if (!proof_init(&s->proof)) {
		sockets_free(s);
		return reason_set(reason, STATUS_IO, "no random numbers: %s", strerror(errno));
	}
	enum status status = open_udp(s, address, port, allow, reason);
	if (status == STATUS_OK && local_path)
		status = local_open(&s->local, local_path, reason);
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
	for (int i = 0; i < N_UDP; i++)
		udp_close(&s->udp[i]);
	local_close(&s->local);
	free(s);
}

int sockets_fds(const struct sockets *s, struct pollfd *fds)
{
	int n = 0;
	for (int i = 0; i < N_UDP; i++)
		if (s->udp[i].fd >= 0)
			fds[n++] = (struct pollfd){ .fd = s->udp[i].fd, .events = POLLIN };
	if (s->local.fd >= 0)
		fds[n++] = (struct pollfd){ .fd = s->local.fd, .events = POLLIN };
	return n;
}

/* ---- Receiving */

/* On this machine: nobody's address is forged, and no network flooded. */
static bool is_near(const struct peer *peer)
{
	return peer->local || allow_is_loopback((const struct sockaddr *)&peer->name);
}

/* Bytes, 0: none (or an empty one), or more than size: cut off. */
static size_t receive(struct sockets *s, struct peer *from, uint8_t *bytes, size_t size, bool *came)
{
	if (s->turn != LOCAL_TURN)
		return udp_receive(&s->udp[s->turn], from, bytes, size, came);
	*from = (struct peer){ .size = sizeof from->name, .local = true };
	ssize_t n = -1;
	if (s->local.fd >= 0)
		n = recvfrom(s->local.fd, bytes, size, MSG_TRUNC, (struct sockaddr *)&from->name, &from->size);
	*came = n >= 0;
	return n > 0 ? (size_t)n : 0;
}

/* Everything sent until the next datagram comes is held against this one. */
static void begin_answers(struct sockets *s, const struct peer *from, size_t size)
{
	s->sender.peer = *from;
	s->sender.bytes = size;
	s->sender.withheld = false;
	if (!is_near(from))
		proof_renew(&s->proof, from, clock_now_us());
}

size_t sockets_receive(struct sockets *s, struct peer *from, uint8_t *bytes, size_t size)
{
	/* In turn, so that a flood on one does not shut the others out; most of the time these have nothing, and asking
	 * them costs. */
	for (int i = 0, empty = 0; i < RECEIVE_TRIES && empty < N_TURNS; i++) {
		bool came;
		size_t n = receive(s, from, bytes, size, &came);
		empty = came ? 0 : empty + 1;
		if (!came || s->turn == LOCAL_TURN || ++s->in_a_row == IN_A_ROW) {
			s->turn = (s->turn + 1) % N_TURNS;
			s->in_a_row = 0;
		}
		if (!came)
			continue;
		if (n > 0 && n <= size && (from->local || allow_has(&s->allow, (struct sockaddr *)&from->name))) {
			begin_answers(s, from, n);
			return n;
		}
		s->dropped++;
	}
	return 0;
}

bool sockets_hold(const struct sockets *s)
{
	return udp_holds(&s->udp[0]) || udp_holds(&s->udp[1]);
}

/* ---- Sending */

static const struct udp *udp_for(const struct sockets *s, const struct peer *to)
{
	bool second = s->udp[1].fd >= 0 && to->name.ss_family == s->udp[1].name.ss_family;
	return &s->udp[second];
}

static bool would_block(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS;
}

/* False: try later. Other failures (a receiver that is gone) count as sent. */
static bool send_now(void *user, const struct peer *to, const uint8_t *bytes, size_t size)
{
	struct sockets *s = user;
	ssize_t n = to->local ? sendto(s->local.fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT,
					(const struct sockaddr *)&to->name, to->size)
			      : udp_send(udp_for(s, to), to, bytes, size);
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
	if (!peer_equal(to, &s->sender.peer))
		return false;
	s->sender.withheld |= size > s->sender.bytes;
	if (size > s->sender.bytes)
		return false;
	s->sender.bytes -= size;
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
	s->sender.withheld = true;
}

bool sockets_withheld(struct sockets *s, const struct peer *peer, char *nonce)
{
	bool withheld = s->sender.withheld && s->sender.bytes >= COOKIE_SIZE;
	s->sender.withheld = false;
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

/* From which socket the host can be reached; NULL: *fault says why from none. */
static const struct udp *find_host(
	const struct sockets *s, const char *host, const char *port, struct peer *peer, const char **fault)
{
	for (int i = 0; i < N_UDP && s->udp[i].fd >= 0; i++) {
		const char *wrong = endpoint_find(host, port, s->udp[i].name.ss_family, &peer->name, &peer->size);
		if (!wrong)
			return &s->udp[i];
		*fault = i ? *fault : wrong;
	}
	return NULL;
}

enum status sockets_list(
	struct sockets *s, const char *host, const char *port, struct peer *peer, struct reason *reason)
{
	const char *fault = NULL;
	memset(peer, 0, sizeof *peer);
	const struct udp *udp = find_host(s, host, port, peer, &fault);
	const struct sockaddr *name = (const struct sockaddr *)&peer->name;
	if (!udp && !fault)
		return reason_set(reason, STATUS_BAD_VALUE, "there is no UDP port (--osc 0)");
	if (!udp)
		return reason_set(reason, STATUS_BAD_VALUE, "%.60s: %s", host, fault);
	if (is_group(name))
		return reason_set(reason, STATUS_BAD_VALUE, "%.60s is not one machine's address", host);
	if (!allow_is_loopback(name) && allow_is_loopback((const struct sockaddr *)&udp->name))
		return reason_set(reason, STATUS_BAD_VALUE, "%.60s is not reached from loopback (--osc-bind)", host);
	if (!allow_has(&s->allow, name))
		return reason_set(reason, STATUS_BAD_VALUE, "--osc-allow does not let %.60s in", host);
	if (port_of(&udp->name) == port_of(&peer->name) &&
		(is_near(peer) || (udp->size == peer->size && memcmp(&udp->name, name, udp->size) == 0)))
		return reason_set(reason, STATUS_BAD_VALUE, "%.60s is where this rack listens itself", host);
	if (!is_near(peer))
		proof_list(&s->proof, peer, clock_now_us());
	return STATUS_OK;
}

void sockets_unlist(struct sockets *s, const struct peer *peer)
{
	proof_unlist(&s->proof, peer);
}

bool sockets_refused(struct sockets *s, struct peer *peer)
{
	bool refused = udp_refused(&s->udp[0], peer) || udp_refused(&s->udp[1], peer);
	if (refused)
		proof_forget(&s->proof, peer);
	return refused;
}

int sockets_flush(struct sockets *s, int64_t now_us)
{
	return outbox_flush(&s->outbox, send_now, s, now_us) ? RETRY_MS : -1;
}

uint64_t sockets_dropped(const struct sockets *s)
{
	return s->dropped + s->outbox.dropped + udp_dropped(&s->udp[0]) + udp_dropped(&s->udp[1]);
}
